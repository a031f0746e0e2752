/* SPDX-License-Identifier: MIT */
#include "isolation/plugin_host.h"

#include "plugin/builtin_dir.h"

#include "support/patience.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_plugin_host host;
static char *script, *out; /* owned */
static int image;

static void
set_up(void)
{
    ez_plugin_host_init(&host);
    image = open("/dev/null", O_RDONLY | O_CLOEXEC);
    close(g_file_open_tmp("execz-host-XXXXXX", &script, NULL));
    close(g_file_open_tmp("execz-host-XXXXXX", &out, NULL));
}

static void
tear_down(void)
{
    close(image);
    (void)unlink(script);
    (void)unlink(out);
    g_free(script);
    g_free(out);
}

TestSuite(plugin_host, .init = set_up, .fini = tear_down);

/* Starts a shell that reads these lines; %s is the file for what it finds. */
static void
start(const char *lines)
{
    execz_error err = EXECZ_ERROR_INIT;
    g_auto(GStrv) parts = g_strsplit(lines, "%s", -1);
    g_autofree char *text = g_strjoinv(out, parts);

    cr_assert(g_file_set_contents(script, text, -1, NULL));
    cr_assert(eq(int, ez_plugin_host_start(&host, "/bin/sh", script, image, image, &err), EXECZ_OK),
              "%s", err.message);
}

static char *
await_text(void)
{
    char *text = NULL;

    cr_assert(ez_plugin_host_await(&host, PATIENCE_MS));
    cr_assert(g_file_get_contents(out, &text, NULL, NULL));
    return text;
}

static void
expect_end(const char *how)
{
    g_autofree char *told = NULL;

    cr_assert(ez_plugin_host_await(&host, PATIENCE_MS));
    told = ez_plugin_host_reap(&host);
    cr_expect(eq(str, told, (char *)how));
    cr_expect(all(eq(int, host.pid, 0), eq(int, host.pidfd, -1), eq(int, host.socket, -1)));
}

Test(plugin_host, it_finds_its_three_descriptors_and_the_three_of_everybody)
{
    int other = fcntl(image, F_DUPFD, 20); /* one that is not closed by exec(2) */
    g_autofree char *text = NULL;

    start("ls /proc/$$/fd > %s");
    text = await_text();
    cr_expect(ne(ptr, strstr(text, "0\n"), NULL), "%s", text);
    cr_expect(ne(ptr, strstr(text, "3\n4\n5\n"), NULL), "%s", text);
    cr_expect(eq(ptr, strstr(text, "20\n"), NULL), "%s", text);
    close(other);
    expect_end("exited with status 0");
}

Test(plugin_host, it_leads_a_session_and_all_signals_are_as_at_first)
{
    g_autofree char *text = NULL;
    g_autofree char *session = NULL;
    uint64_t ignored;

    (void)sigaction(SIGTERM, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    start("cut -d' ' -f6 /proc/$$/stat > %s; grep SigIgn /proc/$$/status >> %s");
    text = await_text();
    session = g_strdup_printf("%d\n", (int)host.pid);
    cr_expect(g_str_has_prefix(text, session), "%s", text);
    ignored = g_ascii_strtoull(strstr(text, "SigIgn:") + strlen("SigIgn:\t"), NULL, 16);
    cr_expect(eq(u64, ignored & UINT64_C(1) << (SIGTERM - 1), 0), "%s", text);
    expect_end("exited with status 0");
}

Test(plugin_host, its_end_is_told_in_words)
{
    start("exit 3");
    expect_end("exited with status 3");
    start("kill -SEGV $$");
    expect_end("was killed by signal 11 (Segmentation fault)");
}

Test(plugin_host, it_can_be_killed)
{
    start("exec sleep 1000");
    cr_expect(not(ez_plugin_host_is_dead(&host)));
    ez_plugin_host_kill(&host);
    expect_end("was killed by signal 9 (Killed)");
}

Test(plugin_host, what_it_has_left_running_is_swept_away)
{
    g_autofree char *text = NULL;
    struct pollfd done = {.events = POLLIN};
    pid_t left;

    start("setsid sleep 1000 & echo $! > %s; kill -9 $$");
    text = await_text();
    left = (pid_t)g_ascii_strtoll(text, NULL, 10);
    cr_assert(gt(int, left, 1));
    cr_expect(eq(int, kill(left, 0), 0));
    done.fd = ez_plugin_host_sweep(&host);
    cr_assert(eq(int, poll(&done, 1, PATIENCE_MS), 1));
    while (!ez_hunt_is_done(&host.hunt)) { /* which it is right after it has said so */
        (void)sched_yield();
    }
    expect_end("was killed by signal 9 (Killed)");
    for (int64_t end = patience_ends(); kill(left, 0) == 0;) {
        g_autofree char *path = g_strdup_printf("/proc/%d/stat", left);
        g_autofree char *state = NULL;

        if (!g_file_get_contents(path, &state, NULL, NULL) || strstr(state, ") Z ") != NULL) {
            break; /* dead, and nobody has buried it */
        }
        cr_assert(not(patience_is_over(end)));
    }
}

Test(plugin_host, a_program_that_is_not_there_is_named)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(
        eq(int, ez_plugin_host_start(&host, "/nowhere/x", "cpu", image, image, &err), EXECZ_E_IO));
    cr_expect(ne(ptr, strstr(err.message, "/nowhere/x: No such file"), NULL), "%s", err.message);
    cr_expect(eq(int, host.pid, 0));
}

Test(plugin_host, the_program_is_looked_for_beside_the_plugins)
{
    g_autofree char *path = ez_plugin_host_path();

    cr_assert(ne(ptr, path, NULL));
    cr_expect(g_str_has_suffix(path, "/execz/execz-plugin-host"), "%s", path);
}
