"""Every command, in the order of the help."""

from __future__ import annotations

from custos.cli import (
    apply,
    audit,
    cases,
    doctor,
    explain,
    find,
    grant,
    incidents,
    plan,
    promote,
    register,
    runs,
    schema,
    sign_in,
    status,
    stop_start,
    sync,
    test,
    undo,
    validate,
)
from custos.cli.command import Command

ALL: tuple[Command, ...] = (
    status.COMMAND,
    sign_in.SIGN_IN,
    sign_in.WHOAMI,
    sign_in.SIGN_OUT,
    validate.COMMAND,
    test.COMMAND,
    schema.COMMAND,
    register.COMMAND,
    sync.COMMAND,
    find.COMMAND,
    plan.COMMAND,
    explain.COMMAND,
    promote.COMMAND,
    apply.COMMAND,
    runs.COMMAND,
    undo.COMMAND,
    cases.COMMAND,
    incidents.COMMAND,
    audit.COMMAND,
    stop_start.STOP,
    stop_start.START,
    doctor.COMMAND,
    grant.COMMAND,
)
