/* SPDX-License-Identifier: MIT */
#include "base/failpoint.h"

#include <signal.h>
#include <stdlib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(failpoint, without_a_word_from_the_environment_nothing_fails)
{
    cr_assert(unsetenv(EZ_FAILPOINT_VARIABLE) == 0);
    cr_expect(not(ez_failpoint("a")));
}

#ifdef NDEBUG
Test(failpoint, a_release_build_has_none)
{
    cr_assert(setenv(EZ_FAILPOINT_VARIABLE, "a=error:0", 1) == 0);
    cr_expect(not(ez_failpoint("a")));
}
#else
Test(failpoint, the_named_step_fails_at_its_pass_and_no_other)
{
    cr_assert(setenv(EZ_FAILPOINT_VARIABLE, "a=error:2", 1) == 0);
    cr_expect(not(ez_failpoint("a")));
    cr_expect(not(ez_failpoint("b")));
    cr_expect(ez_failpoint("a"));
    cr_expect(not(ez_failpoint("a")));
}

Test(failpoint, with_zero_each_pass_fails)
{
    cr_assert(setenv(EZ_FAILPOINT_VARIABLE, "a=error:0", 1) == 0);
    cr_expect(ez_failpoint("a"));
    cr_expect(ez_failpoint("a"));
}

Test(failpoint, the_process_is_killed, .signal = SIGKILL)
{
    cr_assert(setenv(EZ_FAILPOINT_VARIABLE, "a=kill", 1) == 0);
    (void)ez_failpoint("a");
}
#endif
