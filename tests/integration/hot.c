/* SPDX-License-Identifier: MIT */
/* Plugins that come, change and go under a scheduler that runs. */
#include "socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Puts that plugin into the watched directory in one step, as an installer would. */
static void
install(const char *plugin)
{
    g_autofree char *built = g_strdup_printf(EXECZ_TEST_PLUGIN_DIR "/%s.so", plugin);
    g_autofree char *bytes = NULL;
    gsize length;

    cr_assert(g_file_get_contents(built, &bytes, &length, NULL));
    cr_assert(g_file_set_contents(own_path("new"), bytes, (gssize)length, NULL));
    cr_assert(chmod(own_path("new"), 0644) == 0);
    cr_assert(rename(own_path("new"), own_path("plugins/generation.so")) == 0);
}

static live
start_with(const char *plugin)
{
    own_file("tasks.conf", "[scheduler]\nplugin_path = plugins\n[executor:default]\n"
                           "type = generation\n[task:tick]\nevery = 50ms\nshell = true\n");
    cr_assert(mkdir(own_path("plugins"), 0755) == 0);
    install(plugin);
    return start_execz("start", "-c", "tasks.conf", "--log-level", "info", NULL);
}

/* Waits until it is there once more than now. */
static void
await_another(live *self, const char *text)
{
    unsigned before = count_of(self->out->str, text);

    while (count_of(self->out->str, text) <= before) {
        await_more(self);
    }
}

static void
stop(live *self)
{
    cr_assert(eq(int, kill(self->pid, SIGTERM), 0));
    cr_expect(eq(int, await_end(self), 0), "%s", self->text);
    expect_not_in(self->text, "LOST");
    expect_not_in(self->text, "ERROR ");
}

Test(hot, a_plugin_that_is_replaced_is_upgraded)
{
    live execz = start_with("generation_1");

    await(&execz, "\"1.0.0\"");
    install("generation_2");
    await(&execz, "plugin added plugin=generation");
    await(&execz, "executor upgraded executor=default");
    await(&execz, "executor replaced executor=default");
    await(&execz, "\"2.0.0\"");
    stop(&execz);
}

Test(hot, a_replacement_that_crashes_while_it_is_loaded_changes_nothing)
{
    live execz = start_with("generation_1");

    await(&execz, "\"1.0.0\"");
    install("generation_crash");
    await(&execz, "a process that loaded it was killed by signal");
    await_another(&execz, "\"1.0.0\"");
    stop(&execz);
    expect_not_in(execz.text, "upgraded");
}

Test(hot, a_replacement_that_does_not_start_changes_nothing)
{
    live execz = start_with("generation_1");

    await(&execz, "\"1.0.0\"");
    install("generation_refuses");
    await(&execz, "executor 'default' is not upgraded");
    await(&execz, "the port is taken");
    await_another(&execz, "\"1.0.0\"");
    stop(&execz);
    expect_not_in(execz.text, "executor replaced");
}

Test(hot, half_a_file_changes_nothing_and_the_whole_one_does)
{
    g_autofree char *bytes = NULL;
    live execz = start_with("generation_1");
    gsize length;
    FILE *file;

    await(&execz, "\"1.0.0\"");
    cr_assert(g_file_get_contents(EXECZ_TEST_PLUGIN_DIR "/generation_2.so", &bytes, &length, NULL));
    file = fopen(own_path("plugins/generation.so"), "we"); /* over the file that is loaded */
    cr_assert(file != NULL && fwrite(bytes, length / 2, 1, file) == 1 && fclose(file) == 0);
    await(&execz, "plugin refused plugin=generation");
    await_another(&execz, "\"1.0.0\"");
    file = fopen(own_path("plugins/generation.so"), "ae");
    cr_assert(file != NULL && fwrite(bytes + length / 2, length - length / 2, 1, file) == 1 &&
              fclose(file) == 0);
    await(&execz, "\"2.0.0\"");
    stop(&execz);
}

Test(hot, a_plugin_that_is_removed_blocks_its_tasks_until_it_is_back)
{
    live execz = start_with("generation_1");

    await(&execz, "\"1.0.0\"");
    cr_assert(remove(own_path("plugins/generation.so")) == 0);
    await(&execz, "plugin removed plugin=generation");
    await(&execz, "BLOCKED");
    install("generation_2");
    await(&execz, "\"2.0.0\"");
    stop(&execz);
}

Test(hot, a_plugin_that_comes_later_begins_the_tasks_that_wait_for_it)
{
    live execz;

    own_file("tasks.conf", "[scheduler]\nplugin_path = plugins\n[executor:default]\n"
                           "type = generation\nwait_for_plugin = yes\n"
                           "[task:tick]\nat = now\nshell = true\n");
    cr_assert(mkdir(own_path("plugins"), 0755) == 0);
    cr_expect(eq(int, run_execz("check", "tasks.conf", NULL).status, 0));
    execz = start_execz("start", "-c", "tasks.conf", "--log-level", "info", NULL);
    await(&execz, "executor 'default' cannot be used: ");
    await(&execz, "BLOCKED");
    install("generation_2");
    await(&execz, "\"2.0.0\"");
    stop(&execz);
}

#define WAITING(options)                                                                           \
    "[scheduler]\nplugin_path = plugins\n[executor:default]\ntype = generation\n" options          \
    "wait_for_plugin = yes\n[task:tick]\nevery = 1h\nshell = true\n"

/* Only once the plugin is there is it known that one of its options is a path. */
Test(hot, a_reload_after_a_plugin_has_come_finds_its_options_as_they_were)
{
    live execz;

    cr_assert(mkdir(own_path("plugins"), 0755) == 0);
    execz = start_listening(WAITING("root = here\n"));
    install("generation_2");
    cr_expect(eq(int, run_execz("run", "tick", "--wait", NULL).status, 0));
    cr_expect(eq(str, run_execz("reload", NULL).out, (char *)"as before: 1\n"));
    own_file("tasks.conf", WAITING("root = there\n"));
    expect_in(run_execz("reload", "--dry-run", NULL).out,
              "takes effect at the next start: [executor:default] root\n");
    end_listening(&execz);
}

Test(hot, an_option_that_is_removed_after_a_plugin_has_come_waits_as_one_that_is_changed)
{
    live execz;

    cr_assert(mkdir(own_path("plugins"), 0755) == 0);
    execz = start_listening(WAITING("root = here\n"));
    install("generation_2");
    cr_expect(eq(int, run_execz("run", "tick", "--wait", NULL).status, 0));
    own_file("tasks.conf", WAITING(""));
    expect_in(run_execz("reload", "--dry-run", NULL).out,
              "takes effect at the next start: [executor:default] root\n");
    end_listening(&execz);
}

Test(hot, where_they_are_not_watched_nothing_happens)
{
    live execz;

    own_file("tasks.conf", "[scheduler]\nplugin_path = plugins\nwatch_plugins = no\n"
                           "[executor:default]\ntype = generation\n"
                           "[task:tick]\nevery = 50ms\nshell = true\n");
    cr_assert(mkdir(own_path("plugins"), 0755) == 0);
    install("generation_1");
    execz = start_execz("start", "-c", "tasks.conf", "--for", "600ms", NULL);
    await(&execz, "\"1.0.0\"");
    install("generation_2");
    cr_expect(eq(int, await_end(&execz), 0));
    expect_not_in(execz.text, "2.0.0");
}
