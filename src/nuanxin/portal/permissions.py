"""The two shells, and the pages of the three administrators."""

from nuanxin.kernel.access import register

register("portal.phone")
register("portal.workbench")
register("system.check")
register("audit.view")
register("system.retention")
