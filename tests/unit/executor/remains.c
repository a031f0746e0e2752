/* SPDX-License-Identifier: MIT */
#include "executor/remains.h"

#include "fixture.h"

#include "support/patience.h"

#include <poll.h>

static atomic_bool go;

static void
wait_for_go(void *argument)
{
    (void)argument;
    while (!atomic_load(&go)) {
        (void)poll(NULL, 0, 1);
    }
}

static ez_host *
make_host(fixture *around)
{
    ez_host *host = g_new0(ez_host, 1);

    ez_host_init(host, &around->services, NULL, "cpu", NULL);
    return host;
}

Test(remains, there_are_none_at_first)
{
    ez_remains remains = {0};

    cr_expect(ez_remains_clear(&remains));
    ez_remains_deinit(&remains);
}

Test(remains, they_stay_until_their_threads_have_ended)
{
    g_autoptr(fixture) around = fixture_new();
    ez_remains remains = {0};
    ez_host *host = make_host(around);
    int64_t end = patience_ends();

    cr_assert(eq(int, ez_threads_start(&host->threads, "late", wait_for_go, NULL), EXECZ_OK));
    ez_remains_keep(&remains, host, NULL, NULL);
    cr_expect(not(ez_remains_clear(&remains)));
    atomic_store(&go, true);
    while (!ez_remains_clear(&remains)) {
        cr_assert(not(patience_is_over(end)));
        (void)poll(NULL, 0, 1);
    }
    ez_remains_deinit(&remains);
}

Test(remains, they_stay_while_a_run_is_owed)
{
    g_autoptr(fixture) around = fixture_new();
    ez_remains remains = {0};
    ez_host *host = make_host(around);

    atomic_store(&host->owed, 1);
    ez_remains_keep(&remains, host, NULL, NULL);
    cr_expect(not(ez_remains_clear(&remains)));
    atomic_store(&host->owed, 0);
    cr_expect(ez_remains_clear(&remains));
    ez_remains_deinit(&remains);
}
