"""PostgreSQL refuses to run as root; where we are root it runs as an existing nobody, and no account is made.

It keeps one capability, CAP_DAC_OVERRIDE, so that a checkout below a folder only root may enter works without
changing any folder's mode.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from functools import cache
from pathlib import Path

from devkit.trouble import Trouble


def prefix(binary: Path) -> list[str]:
    """What goes before a command that must not run as root; empty where we are not root."""
    if os.geteuid() != 0:
        return []
    return _setpriv(binary)


def hand_over(folder: Path) -> None:
    """Make a folder belong to whom :func:`prefix` switches to, for its eyes only."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if os.geteuid() == 0:
        account = _nobody()
        os.chown(folder, account.pw_uid, account.pw_gid)


@cache
def _nobody() -> pwd.struct_passwd:
    """An account that owns nothing. It must be in the account database: initdb looks its name up."""
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        others = [account for account in pwd.getpwall() if account.pw_uid != 0]
    if not others:
        raise Trouble("PostgreSQL does not run as root and this machine has no other account: add one, e.g. `nobody`.")
    return max(others, key=lambda account: account.pw_uid)


@cache
def _setpriv(binary: Path) -> list[str]:
    tool = shutil.which("setpriv")
    if tool is None:
        raise Trouble(
            "PostgreSQL does not run as root and `setpriv` (util-linux) is missing: run ./dev as a plain user."
        )
    account = _nobody()
    switch = [tool, f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    # Without the securebit access(2), by which initdb looks for its sister programs, ignores the capability.
    keep = [*switch, "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    for command in (keep, switch):
        if subprocess.run([*command, str(binary), "--version"], capture_output=True, check=False).returncode == 0:
            return command
    raise Trouble(
        f"We are root, and {account.pw_name} may not run {binary} here: "
        "put the checkout where every user may enter, or run ./dev as a plain user."
    )
