/* SPDX-License-Identifier: MIT */
/* Executors that a configuration isolates. */
#include "socket.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include <jansson.h>

Test(isolation, a_line_in_the_configuration_puts_a_plugin_into_its_own_process)
{
    own_file("tasks.conf",
             "[executor:default]\ntype = threadpool\nisolation = process\n"
             "[task:who]\nat = now\nshell = cat /proc/$PPID/comm; echo $PPID > host\n");
    ended result = run_execz("start", "-c", "tasks.conf", "--until-idle", NULL);

    cr_expect(eq(int, result.status, 0), "%s", result.err);
    expect_in(result.out, "execz-plugin-ho");
    await_gone(own_pid("host"));
}

Test(isolation, a_scheduler_that_is_killed_leaves_no_process)
{
    own_file("tasks.conf",
             "[executor:default]\ntype = threadpool\nisolation = process\n"
             "[task:sleeper]\nat = now\n"
             "shell = echo $PPID > host; echo $$ > command; touch there; sleep 1000\n");
    live execz = start_execz("start", "-c", "tasks.conf", NULL);

    await_file("there");
    cr_assert(eq(int, kill(execz.pid, SIGKILL), 0));
    cr_expect(eq(int, await_end(&execz), 128 + SIGKILL));
    await_gone(own_pid("host"));
    await_gone(own_pid("command"));
}

/* One thread, and the end of each command makes room for the next one. */
Test(isolation, nor_does_it_when_commands_are_queued)
{
    own_file(
        "tasks.conf",
        "[executor:default]\ntype = threadpool\nisolation = process\nmax_workers = 1\n"
        "[task:1]\nat = now\ncommand = sh sleeper\n[task:2]\nat = now\ncommand = sh sleeper\n"
        "[task:3]\nat = now\ncommand = sh sleeper\n[task:4]\nat = now\ncommand = sh sleeper\n");
    own_file("sleeper", "echo $PPID > host; echo $$ >> commands; touch there; exec sleep 1000\n");
    live execz = start_execz("start", "-c", "tasks.conf", NULL);
    g_autofree char *text = NULL;
    g_auto(GStrv) pids = NULL;

    await_file("there");
    cr_assert(eq(int, kill(execz.pid, SIGKILL), 0));
    (void)await_end(&execz);
    await_gone(own_pid("host"));
    cr_assert(g_file_get_contents(own_path("commands"), &text, NULL, NULL));
    pids = g_strsplit(g_strchomp(text), "\n", -1);
    for (char **pid = pids; *pid != NULL; pid++) {
        await_gone((pid_t)g_ascii_strtoll(*pid, NULL, 10));
    }
}

/* It is no child that a terminal's Ctrl-C reaches: the scheduler ends it, in its own time. */
Test(isolation, a_signal_to_the_scheduler_lets_its_runs_end)
{
    own_file("tasks.conf", "[executor:default]\ntype = threadpool\nisolation = process\n"
                           "[task:short]\nat = now\n"
                           "shell = echo $PPID > host; touch there; sleep 0.3; echo done\n");
    live execz = start_execz("start", "-c", "tasks.conf", NULL);

    await_file("there");
    cr_assert(eq(int, kill(execz.pid, SIGTERM), 0));
    (void)await_end(&execz);
    expect_in(execz.text, "EXECUTED");
    await_gone(own_pid("host"));
}

Test(isolation, a_wrong_value_is_told_with_its_place)
{
    own_file("tasks.conf", "[executor:default]\ntype = threadpool\nisolation = jail\n");
    ended result = run_execz("check", "tasks.conf", NULL);

    cr_expect(eq(int, result.status, 3));
    expect_in(result.err, "tasks.conf:3:13");
    expect_in(result.err, "isolation");
}

Test(isolation, a_slip_of_the_pen_is_told_with_what_was_meant)
{
    own_file("tasks.conf", "[executor:default]\ntype = threadpool\nisolaton = process\n");
    ended result = run_execz("check", "tasks.conf", NULL);

    cr_expect(eq(int, result.status, 3));
    expect_in(result.err, "did you mean \"isolation\"?");
}

/* ---- quarantine ------------------------------------------------------------------------------- */

/* A scheduler that has put its executor "frail" into quarantine. */
static live
start_quarantined(void)
{
    live execz =
        start_listening("[executor:frail]\ntype = threadpool\nisolation = process\n"
                        "isolation_crashes = 1\n"
                        "[task:crash]\nat = now\nexecutor = frail\nshell = kill -9 $PPID\n");

    await(&execz, "it is not started any more");
    return execz;
}

Test(isolation, plugin_list_shows_what_is_in_quarantine_with_the_reason)
{
    live execz = start_quarantined();
    ended list = run_execz("plugin", "list", NULL);
    ended elsewhere = run_execz("plugin", "list", "--socket", own_path("no.sock"), NULL);
    char *line = line_with(list.out, "threadpool", "quarantined: executor 'frail'");

    cr_expect(all(eq(int, list.status, 0), eq(int, elsewhere.status, 0)));
    cr_assert(line != NULL, "%s", list.out);
    expect_in(line, "its plugin crashed 1 times within 10m");
    expect_in(line, "[P502]");
    expect_not_in(line_with(list.out, "debug", "executor"), "quarantined");
    expect_not_in(elsewhere.out, "quarantined");
    cr_expect(eq(str, elsewhere.err, (char *)""));
    end_listening(&execz);
}

Test(isolation, plugin_list_tells_it_in_json_even_of_a_file_that_it_would_not_find)
{
    char *copy = own_path("copy.so");
    g_autofree char *config = NULL;
    json_t *list, *plugin, *told = NULL;
    size_t i;

    run_program("cp", EXECZ_BUILTIN_DIR "/threadpool.so", copy, NULL);
    config = g_strdup_printf("[executor:frail]\nplugin = %s\nisolation = process\n"
                             "isolation_crashes = 1\n"
                             "[task:crash]\nat = now\nexecutor = frail\nshell = kill -9 $PPID\n",
                             copy);
    live execz = start_listening(config);
    await(&execz, "it is not started any more");
    list = json_loads(run_execz("plugin", "list", "--json", NULL).out, 0, NULL);
    json_array_foreach(list, i, plugin)
    {
        if (json_object_get(plugin, "quarantined") != NULL) {
            cr_expect(eq(str, (char *)json_string_value(json_object_get(plugin, "path")), copy));
            told = json_array_get(json_object_get(plugin, "quarantined"), 0);
        }
    }
    cr_assert(told != NULL);
    cr_expect(
        eq(str, (char *)json_string_value(json_object_get(told, "executor")), (char *)"frail"));
    expect_in(json_string_value(json_object_get(told, "reason")), "killed by signal 9");
    json_decref(list);
    end_listening(&execz);
}
