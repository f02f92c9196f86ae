"""A copy of a whole installation in one archive, and the way back.

The archive is an uncompressed tar: the database (compressed), the uploaded files (pictures, compressed already) and, at
its end, a manifest with what is inside. Making one does not stop the service; a restored one is the moment at which the
copy of the database began. Keys are never in it: `keyfile` writes them apart, under a passphrase.
"""

from nuanxin.kernel.backup.keyfile import open_keys, write_keys
from nuanxin.kernel.backup.make import make_backup
from nuanxin.kernel.backup.manifest import Manifest
from nuanxin.kernel.backup.refused import Refused
from nuanxin.kernel.backup.restore import restore_backup, verify_backup

__all__ = ["Manifest", "Refused", "make_backup", "open_keys", "restore_backup", "verify_backup", "write_keys"]
