"""Who administers what other systems may do here. It shows keys and addresses, never a case."""

from nuanxin.kernel.access import register

register("gateway.keys")
