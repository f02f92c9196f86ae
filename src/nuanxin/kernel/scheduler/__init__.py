"""Periodic work: contexts declare it in `jobs.py`, the worker runs it, ten processes run it once (`design.md` §4)."""

from nuanxin.kernel.scheduler.registry import Periodic, periodic, periodic_jobs
from nuanxin.kernel.scheduler.run import failing_jobs, run_due

__all__ = ["Periodic", "failing_jobs", "periodic", "periodic_jobs", "run_due"]
