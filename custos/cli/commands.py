"""Every command, in the order of the help. Its module is imported when the command is used, for some of them take seconds."""

from __future__ import annotations

from custos.cli.command import Command

ALL: tuple[Command, ...] = (
    Command("status", "Show the mirror's age, runs, cases, queues and incidents.", "status"),
    Command("sign-in", "Sign in with a code, to approve, apply or undo in your own name.", "sign_in:SIGN_IN"),
    Command("whoami", "Say who is signed in, and what they may do.", "sign_in:WHOAMI"),
    Command("sign-out", "Forget everybody who signed in here.", "sign_in:SIGN_OUT"),
    Command("init", "Make the first directory of policies for a council.", "init"),
    Command("import", "Import a register from a workbook or CSV file as it is.", "importing"),
    Command("export", "Put the registers into a workbook or JSON file, to edit or to read.", "export"),
    Command("validate", "Check policies and registers; every problem at once.", "validate"),
    Command("test", "Run the tests beside the policies, offline.", "test"),
    Command("schema", "Explain the words that policies may use, and who may do what.", "schema"),
    Command("register", "List what is overdue, vacant or ending in the council's registers.", "register"),
    Command("sync", "Queue libraries to be read now.", "sync"),
    Command("find", "Ask the mirror which files, libraries, sites or links a condition holds for.", "find"),
    Command("plan", "Show what the policies would do now: before ► after, why, how far it can be undone.", "plan"),
    Command("explain", "Explain for one address which rules were tried, which held, and why.", "explain"),
    Command("promote", "Let exactly this version of a policy pilot or enforce, or take it back.", "promote"),
    Command("apply", "Carry out exactly one plan, through the gate.", "apply"),
    Command("run", "Show how a run stands; release, cancel or resume it.", "runs"),
    Command("undo", "Put back what a run did, as far as it can be put back.", "undo"),
    Command("cases", "Show the questions to owners: what each waits for, from whom, until when.", "cases"),
    Command("waves", "Show from when on owners are asked, and what that brings to whom.", "waves"),
    Command("preview", "Show every notice as people get it, from a fixture; nothing is sent.", "preview"),
    Command("kpi", "Measure the key performance indicators, and show what each number is made of.", "kpi"),
    Command("trace", "Tell what carries out each clause of the council's policy, and the evidence of it.", "trace"),
    Command("report", "Write a page for people who decide: the first look at what is held, or a quarter.", "report"),
    Command("minute", "Write a minute of the Corporate Information Group into policies and registers.", "minute"),
    Command("incidents", "Show what needs an operator; close what was dealt with.", "incidents"),
    Command("audit", "Check the audit, read what was done, prove it to somebody else.", "audit"),
    Command("history", "Tell what is known of a file or folder, also of one that is gone.", "history"),
    Command("stop", "End all writes to the tenant within a minute.", "stop_start:STOP"),
    Command("start", "Let writes go on after a stop.", "stop_start:START"),
    Command("backup", "Copy what Custos keeps into a directory, or check a copy.", "backup"),
    Command("restore", "Put back from a backup what was lost; nothing that stands is written over.", "restore"),
    Command("leave", "Take Custos out of the tenant: end all writes, remove the webhooks.", "leave"),
    Command("doctor", "Check sign-in, roles, storage, policies, bot and webhooks of this tenant.", "doctor"),
    Command(
        "grant",
        "Compare each identity's app roles with what it needs; give the missing ones, or take them away.",
        "grant",
    ),
    Command("completion", "Print what bash, zsh or fish needs to complete commands and options.", "completion"),
)
