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

static bool
is_told(const void *text)
{
    return fixture_count_log(around, text) > 0;
}

Test(conversation, lines_that_a_plugin_logs_come_as_they_are_here)
{
    const char *const options[] = {"isolation=process", NULL};
    g_autofree char *path = fixture_plugin("side_effects");
    ez_executor *self = fixture_executor(around, path, options);

    start_isolated(self);
    turn_until(is_told, "plugin misbehaving: executor=cpu while loading");
    stop_isolated(self);
}
