"""Who did what, when, to what, with what result; sealed in batches, so that a change shows (`design.md` §4)."""

from nuanxin.kernel.audit.record import digest_of, record
from nuanxin.kernel.audit.seal import cut, cuttable, seal_pending, unsealed_age
from nuanxin.kernel.audit.verify import Fault, Report, head_digest, verify

__all__ = [
    "Fault",
    "Report",
    "cut",
    "cuttable",
    "digest_of",
    "head_digest",
    "record",
    "seal_pending",
    "unsealed_age",
    "verify",
]
