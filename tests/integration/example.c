/* SPDX-License-Identifier: MIT */
/* The first example, with the executor that is built as a stranger would build it. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
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
expect_executed(const char *out, const char *task, const char *executor)
{
    g_autofree char *subject = g_strdup_printf("  %s ", task);
    g_autofree char *place = g_strdup_printf("  on %s ", executor);
    char *line = line_with(out, "  EXECUTED ", subject);

    cr_assert(line != NULL, "%s", out);
    expect_in(line, place);
}

Test(example, every_task_of_it_runs_on_its_executor)
{
    ended result;

    set_up();
    result = run_execz("start", "-c", "examples/hello.conf", "--for", "1500ms", NULL);
    cr_expect(eq(int, result.status, 0));
    cr_expect(eq(str, result.err, (char *)""));
    expect_executed(result.out, "greet", "default");
    expect_executed(result.out, "command", "default");
    expect_executed(result.out, "shell", "default");
    expect_executed(result.out, "sum", "inline");
    expect_executed(result.out, "custom", "oneshot");
    expect_in(result.out, "\"hello, custom executor\"");
    expect_in(result.out, own_path("build/examples/plugins/oneshot.so"));
}
