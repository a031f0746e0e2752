/* SPDX-License-Identifier: MIT */
/* The first example, with the executor that is built as a stranger would build it. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

/* Copies the example to where it lies beside a build directory of its own, and builds its plugin. */
static void
set_up(void)
{
    ended built;

    run_program("mkdir", "-p", own_path("examples"), NULL);
    run_program("cp", EXECZ_SOURCE_DIR "/examples/hello.conf", own_path("examples"), NULL);
    built = run_program("env", "PKG_CONFIG_PATH=" EXECZ_PKGCONFIG_DIR,
                        EXECZ_SOURCE_DIR "/examples/build-oneshot",
                        own_path("build/examples/plugins"), NULL);
    cr_assert(eq(int, built.status, 0), "%s", built.err);
}

static void
await_executed(live *execz, const char *task, const char *executor)
{
    g_autofree char *subject = g_strdup_printf("  EXECUTED       %s ", task);
    g_autofree char *place = g_strdup_printf("  on %s ", executor);

    await(execz, subject);
    while (line_with(execz->out->str, subject, place) == NULL) { /* half of a line may have come */
        await_more(execz);
    }
}

Test(example, every_task_of_it_runs_on_its_executor)
{
    live execz;

    set_up();
    execz = start_execz("start", "-c", "examples/hello.conf", NULL);
    await_executed(&execz, "greet", "default");
    await_executed(&execz, "command", "default");
    await_executed(&execz, "shell", "default");
    await_executed(&execz, "sum", "inline");
    await_executed(&execz, "custom", "oneshot");
    cr_assert(eq(int, kill(execz.pid, SIGTERM), 0));
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    expect_in(execz.text, "\"hello, custom executor\"");
    expect_in(execz.text, own_path("build/examples/plugins/oneshot.so"));
}
