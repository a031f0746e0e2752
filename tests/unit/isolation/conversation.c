/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <string.h>

#include "proxied.h"

TestSuite(conversation, .init = proxied_set_up, .fini = proxied_tear_down);

Test(conversation, an_echo_makes_no_sense)
{
    use_script("exec cat <&3 >&3");
    expect_no_start(make_isolated("debug", NULL), "what it sends makes no sense");
}

Test(conversation, noise_makes_no_sense)
{
    use_script("exec head -c 100000 /dev/zero >&3");
    expect_no_start(make_isolated("debug", NULL), "what it sends makes no sense");
}

Test(conversation, lines_that_a_plugin_logs_come_as_they_are_here)
{
    const char *const options[] = {"isolation=process", NULL};
    g_autofree char *path = fixture_plugin("side_effects");
    ez_executor *self = fixture_executor(around, path, options);
    execz_error err = EXECZ_ERROR_INIT;

    (void)ez_executor_start(self, &err);
    cr_expect(ge(uint, fixture_count_log(around, "plugin misbehaving: executor=cpu while loading"),
                 1),
              "%s", around->log->str);
    if (ez_executor_is_started(self)) {
        stop_isolated(self);
    } else {
        ez_executor_free(self);
    }
}
