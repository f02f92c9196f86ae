"""Who there is: persons, organisations, sites, roles, and which person acts as what, where, how long."""

from nuanxin.people.models.accounts import ApiToken, DeviceMark, Invitation, OneTimeCode, RecoveryCode, SignIn
from nuanxin.people.models.assignments import Assignment, DutyShift, Handover, Role, RoleAction
from nuanxin.people.models.consents import Consent, ConsentPurpose
from nuanxin.people.models.organisations import IndustryCharge, Organisation, Site
from nuanxin.people.models.persons import Person, Subject, WorkerJob, WorkerProfile

__all__ = [
    "ApiToken",
    "Assignment",
    "Consent",
    "ConsentPurpose",
    "DeviceMark",
    "DutyShift",
    "Handover",
    "IndustryCharge",
    "Invitation",
    "OneTimeCode",
    "Organisation",
    "Person",
    "RecoveryCode",
    "Role",
    "RoleAction",
    "SignIn",
    "Site",
    "Subject",
    "WorkerJob",
    "WorkerProfile",
]
