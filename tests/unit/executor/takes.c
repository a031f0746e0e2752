/* SPDX-License-Identifier: MIT */
#include "executor/takes.h"

#include "started.h"

TestSuite(takes, .init = started_set_up, .fini = started_tear_down);

Test(takes, what_its_plugin_can_run)
{
    g_autoptr(ez_executor) self = make_bundled("debug", NULL);

    start(self);
    cr_expect(ez_executor_takes(self, task, NULL));
    stop(self);
}

Test(takes, does_not_take_what_its_plugin_cannot_run)
{
    g_autoptr(ez_executor) self = make_test_plugin("functions_only");
    execz_error err = EXECZ_ERROR_INIT;

    start(self);
    cr_expect(not(ez_executor_takes(self, task, &err)));
    cr_expect(eq(int, err.status, EXECZ_E_UNSUPPORTED));
    cr_expect(
        eq(str, err.message, (char *)"executor 'cpu' (plugin functions_only) takes no commands"));
    stop(self);
}

Test(takes, for_functions_takes_functions_and_coroutines)
{
    g_autoptr(ez_executor) self = make_test_plugin("functions_only");
    execz_task_spec spec = fixture_spec("call");
    g_autoptr(ez_task) call = NULL;

    spec.shell = NULL;
    spec.function = "module:name";
    call = fixture_task_of(&spec);
    start(self);
    cr_expect(ez_executor_takes(self, call, NULL));
    call->plan->abi.kind = EXECZ_TASK_COROUTINE; /* as the scheduler does once it knows */
    cr_expect(ez_executor_takes(self, call, NULL));
    call->plan->abi.kind = EXECZ_TASK_PAYLOAD;
    cr_expect(not(ez_executor_takes(self, call, NULL)));
    stop(self);
}
