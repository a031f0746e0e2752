/* SPDX-License-Identifier: MIT */
/* The function module of the checker: the bodies that it has executors run. */
#include "ledger.h"

#include <execz/function.h>

EXECZ_MODULE("execz_check", EXECZ_VERSION);

/* Of one checker at a time, in whatever process this is. */
static ez_ledger *
find_ledger(execz_call *call)
{
    static _Atomic(ez_ledger *) known;
    ez_ledger *ledger = atomic_load(&known);

    if (ledger == NULL) {
        ledger = ez_ledger_map(execz_arg_string(call, "ledger", ""));
        atomic_store(&known, ledger);
    }
    return ledger;
}

static int
nap(void *call)
{
    return execz_sleep(call, EXECZ_MILLISECOND);
}

static execz_status
live(execz_call *call)
{
    ez_ledger *ledger = find_ledger(call);

    if (ledger == NULL) {
        return execz_fail(call, "the ledger of the check cannot be mapped");
    }
    return ez_ledger_live(ledger, (unsigned)execz_arg_int(call, "slip", 0), call->scheduled, nap,
                          call)
               ? EXECZ_OK
               : execz_fail(call, "it was told to fail");
}

EXECZ_FUNCTION(body, "Counts itself, and waits if it is told to")
{
    return live(call);
}

EXECZ_COROUTINE(coroutine, "The same as a coroutine")
{
    return live(call);
}
