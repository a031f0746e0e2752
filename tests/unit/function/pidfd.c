/* SPDX-License-Identifier: MIT */
#include "function/pidfd.h"

#include "processes.h"

#include <sys/pidfd.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(pidfd, one_process_has_one_identity_and_another_has_another)
{
    process one = process_start((process_kind){0}), other = process_start((process_kind){0});
    int again = pidfd_open(one.pid, 0);
    uint64_t identity = ez_pidfd_identity(one.pidfd);

    cr_expect(eq(u64, ez_pidfd_identity(again), identity));
    if (identity != 0) {
        cr_expect(ne(u64, ez_pidfd_identity(other.pidfd), identity));
    }
    close(again);
    process_end(&one);
    process_end(&other);
}

Test(pidfd, what_is_no_pidfd_has_no_identity)
{
    cr_expect(all(eq(u64, ez_pidfd_identity(-1), 0), eq(u64, ez_pidfd_identity(0), 0)));
}

Test(pidfd, one_that_was_killed_is_dead_before_it_is_reaped)
{
    process one = process_start((process_kind){0});

    cr_expect(not(ez_pidfd_is_dead(one.pidfd)));
    process_kill(&one);
    cr_expect(ez_pidfd_is_dead(one.pidfd));
    process_end(&one);
}
