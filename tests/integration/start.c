/* SPDX-License-Identifier: MIT */
/* What `execz start` shows of what happens. */
#include "fixture.h"

#include "support/patience.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

#include <execz/types.h>
#include <jansson.h>

#define POOL "[executor:default]\ntype = threadpool\n"

static ended
start_until_idle(const char *text)
{
    own_file("tasks.conf", text);
    return run_execz("start", "-c", "tasks.conf", "--until-idle", NULL);
}

/* ---- lines for people ----------------------------------------------------------------------- */

Test(start, a_function_is_shown_from_its_submission_to_its_value)
{
    ended result = start_until_idle(POOL "[task:greet]\nat = now\nfunction = greetings:hello\n");
    char *end = line_with(result.out, "EXECUTED", "greet");

    cr_expect(eq(int, result.status, 0));
    cr_expect(line_with(result.out, "SUBMITTED", "greet  ") != NULL, "%s", result.out);
    cr_expect(line_with(result.out, "STARTED", "greet  ") != NULL, "%s", result.out);
    cr_assert(end != NULL, "%s", result.out);
    expect_in(end, "  on default  ");
    expect_in(end, "  took ");
    cr_expect(g_str_has_suffix(end, "  \"hello, world\""), "%s", end);
    cr_expect(line_with(result.out, "REMOVED", "no further run time") != NULL, "%s", result.out);
}

Test(start, each_line_begins_with_the_time_to_the_millisecond)
{
    ended result = start_until_idle(POOL "[task:a]\nat = now\nshell = true\n");
    char *line = line_with(result.out, "EXECUTED", "");

    cr_assert(line != NULL, "%s", result.out);
    cr_expect(g_regex_match_simple("^\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3}  EXECUTED",
                                   line, 0, 0),
              "%s", line);
}

Test(start, the_first_line_says_what_was_loaded)
{
    ended result = start_until_idle(POOL "[task:a]\nat = now\nshell = true\n");

    cr_expect(g_str_has_prefix(result.out,
                               "execz " EXECZ_VERSION ": 1 task; executors: default = threadpool "
                               "(" EXECZ_BUILTIN_DIR "/threadpool.so)\n"),
              "%s", result.out);
}

Test(start, the_last_line_counts_how_runs_ended)
{
    ended result = start_until_idle(POOL "[task:a]\nat = now\nshell = true\n"
                                         "[task:b]\nat = now\nshell = false\n");

    cr_expect(g_str_has_suffix(result.out, "\n2 runs: 1 ok, 1 error\n"), "%s", result.out);
}

Test(start, the_output_of_a_command_stands_indented_below_its_line)
{
    ended result =
        start_until_idle(POOL "[task:a]\nat = now\nshell = echo one; echo two >&2; exit 3\n");
    char *line = line_with(result.out, "ERROR", "exited with status 3");

    cr_assert(line != NULL, "%s", result.out);
    expect_in(result.out, "status 3\n    | one\n    | two\n");
}

Test(start, a_run_that_takes_too_long_is_shown_as_timeout)
{
    ended result =
        start_until_idle(POOL "[task:a]\nat = now\ncommand = sleep 1000\ntimeout = 50ms\n");

    cr_expect(line_with(result.out, "TIMEOUT", " a  ") != NULL, "%s", result.out);
}

Test(start, a_run_that_comes_too_late_is_shown_as_missed)
{
    ended result = start_until_idle(
        POOL "[task:a]\nat = 2020-01-01T00:00:00Z\nmisfire_grace_time = 1s\nshell = true\n");

    char *line = line_with(result.out, "MISSED", " a  ");

    cr_assert(line != NULL, "%s", result.out);
    expect_in(line, "  late ");
    expect_in(line, "misfire grace time");
}

Test(start, a_run_refused_for_max_instances_is_shown)
{
    live execz;

    own_file("tasks.conf", POOL "[task:a]\nevery = 50ms\nshell = until [ -e go ]; do sleep 0.02; "
                                "done\n");
    execz = start_execz("start", "-c", "tasks.conf", NULL);
    await(&execz, "MAX_INSTANCES  a ");
    own_file("go", "");
    cr_assert(eq(int, kill(execz.pid, SIGTERM), 0));
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    expect_in(execz.text, "refused for max_instances");
}

Test(start, quiet_shows_what_went_wrong_and_nothing_else)
{
    own_file("tasks.conf", POOL "[task:good]\nat = now\nshell = true\n"
                                "[task:bad]\nat = now\nshell = echo oh; false\n");
    ended result = run_execz("start", "-c", "tasks.conf", "--until-idle", "--quiet", NULL);

    cr_expect(eq(int, result.status, 0));
    cr_expect(eq(uint, count_of(result.out, "\n"), 2));
    cr_expect(line_with(result.out, "ERROR", " bad  ") != NULL, "%s", result.out);
    expect_in(result.out, "\n    | oh\n");
}

Test(start, a_file_gets_no_colour)
{
    ended result = start_until_idle(POOL "[task:a]\nat = now\nshell = true\n");

    expect_not_in(result.out, "\033");
}

static char *
out_on_a_terminal(const char *variable)
{
    ended result;

    own_file("tasks.conf", POOL "[task:a]\nat = now\nshell = true\n");
    result = run_on_terminal("env", variable, "TERM=xterm", EXECZ_PROGRAM, "start", "-c",
                             "tasks.conf", "--until-idle", NULL);
    cr_expect(eq(int, result.status, 0));
    return result.out;
}

Test(start, a_terminal_gets_colour_unless_it_is_not_wanted)
{
    expect_in(out_on_a_terminal("A=b"), "\033[32mEXECUTED     \033[0m");
    expect_not_in(out_on_a_terminal("NO_COLOR=1"), "\033[32m");
}

/* ---- the log -------------------------------------------------------------------------------- */

Test(start, what_an_event_tells_is_not_logged_again)
{
    ended result = start_until_idle(POOL "[task:a]\nat = now\nshell = false\n");

    cr_expect(eq(str, result.err, (char *)""));
}

Test(start, a_log_level_brings_log_lines_to_stderr)
{
    own_file("tasks.conf", POOL "[task:a]\nat = now\nshell = true\n");
    ended result =
        run_execz("start", "-c", "tasks.conf", "--until-idle", "--log-level", "info", NULL);

    cr_expect(line_with(result.err, "  info     ", "executor started executor=default") != NULL,
              "%s", result.err);
    expect_not_in(result.out, "executor started");
}

/* ---- JSON ----------------------------------------------------------------------------------- */

static GPtrArray *
json_lines(const char *text)
{
    GPtrArray *events = g_ptr_array_new_with_free_func((GDestroyNotify)json_decref);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **line = lines; *line != NULL; line++) {
        if (**line != '\0') {
            json_t *event = json_loads(*line, 0, NULL);

            cr_assert(event != NULL, "%s", *line);
            g_ptr_array_add(events, event);
        }
    }
    return events;
}

static const char *
text_of(json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));

    return text == NULL ? "" : text;
}

/* The first event of that name about that task. */
static json_t *
find_event(GPtrArray *events, const char *name, const char *task)
{
    for (guint i = 0; i < events->len; i++) {
        if (strcmp(text_of(events->pdata[i], "event"), name) == 0 &&
            strcmp(text_of(events->pdata[i], "task"), task) == 0) {
            return events->pdata[i];
        }
    }
    return NULL;
}

Test(start, each_submitted_run_has_exactly_one_end_in_json)
{
    g_autoptr(GPtrArray) events = NULL;
    g_autoptr(GHashTable) open = g_hash_table_new(g_str_hash, g_str_equal);
    unsigned submitted = 0, ends = 0;

    unsigned length = 500;
    ended result;

    own_file("tasks.conf", POOL "[executor:inline]\ntype = debug\n"
                                "[task:a]\nevery = 20ms\nshell = true\n"
                                "[task:b]\nevery = 30ms\nfunction = greetings:hello\n"
                                "[task:c]\nevery = 50ms\nfunction = greetings:fail\n"
                                "executor = inline\n"
                                "[task:d]\nevery = 40ms\ncommand = sleep 1000\ntimeout = 100ms\n");
    do { /* long enough for something to happen */
        g_autofree char *limit = g_strdup_printf("%ums", length);

        result = run_execz("start", "-c", "tasks.conf", "--json", "--for", limit, NULL);
        cr_expect(eq(int, result.status, 0));
        length *= 2;
    } while (count_of(result.out, "task_submitted") < 20 && length < PATIENCE_MS);
    events = json_lines(result.out);
    for (guint i = 0; i < events->len; i++) {
        char *run = (char *)text_of(events->pdata[i], "run");

        if (strcmp(text_of(events->pdata[i], "event"), "task_submitted") == 0) {
            submitted++;
            cr_expect(g_hash_table_add(open, run), "%s was submitted twice", run);
        } else if (json_object_get(events->pdata[i], "outcome") != NULL) {
            ends++;
            cr_expect(g_hash_table_remove(open, run), "%s was not open", run);
        }
    }
    cr_expect(ge(uint, submitted, 20));
    cr_expect(eq(uint, ends, submitted));
    cr_expect(eq(uint, g_hash_table_size(open), 0));
}

Test(start, a_line_of_json_has_the_facts_of_a_run)
{
    g_autoptr(GPtrArray) events = NULL;
    json_t *submitted, *end;

    own_file("tasks.conf", POOL "[task:a]\nat = now\nshell = echo out; exit 3\n");
    ended result = run_execz("start", "-c", "tasks.conf", "--json", "--until-idle", NULL);
    events = json_lines(result.out);
    submitted = find_event(events, "task_submitted", "a");
    end = find_event(events, "task_error", "a");
    cr_assert(submitted != NULL && end != NULL, "%s", result.out);
    cr_expect(eq(sz, json_array_size(json_object_get(submitted, "scheduled")), 1));
    cr_expect(eq(str, (char *)text_of(submitted, "source"), (char *)"schedule"));
    cr_expect(eq(str, (char *)text_of(end, "run"), (char *)text_of(submitted, "run")));
    cr_expect(eq(str, (char *)text_of(end, "executor"), (char *)"default"));
    cr_expect(eq(str, (char *)text_of(end, "outcome"), (char *)"error"));
    cr_expect(eq(str, (char *)text_of(end, "output"), (char *)"out\n"));
    cr_expect(eq(int, (int)json_integer_value(json_object_get(end, "exit_status")), 3));
    cr_expect(eq(int, (int)json_integer_value(json_object_get(end, "attempt")), 1));
    cr_expect(gt(dbl, json_real_value(json_object_get(end, "took_ms")), 0));
    cr_expect(g_str_has_suffix(text_of(end, "time"), "Z"), "%s", text_of(end, "time"));
    expect_in(text_of(end, "message"), "exited with status 3");
    expect_in(result.err, "execz " EXECZ_VERSION ": 1 task; ");
}

Test(start, a_value_is_json_in_json)
{
    g_autoptr(GPtrArray) events = NULL;
    json_t *end;

    own_file("tasks.conf", POOL "[task:a]\nat = now\nfunction = greetings:add\n"
                                "args = {\"a\": 9007199254740992, \"b\": 1}\n");
    ended result = run_execz("start", "-c", "tasks.conf", "--json", "--until-idle", NULL);
    events = json_lines(result.out);
    end = find_event(events, "task_executed", "a");
    cr_assert(end != NULL, "%s", result.out);
    cr_expect(eq(i64, json_integer_value(json_object_get(end, "value")), 9007199254740993));
}

/* ---- the end -------------------------------------------------------------------------------- */

Test(start, for_a_time_ends_after_it_and_waits_for_what_runs)
{
    live execz;

    own_file("tasks.conf", POOL "[task:a]\nat = now\nshell = until [ -e go ]; do sleep 0.02; done\n"
                                "[task:b]\nevery = 1h\nshell = true\n");
    execz = start_execz("start", "-c", "tasks.conf", "--for", "3s", NULL);
    await(&execz, "the time is over: shutting down when 1 unfinished run has ended");
    own_file("go", "");
    cr_expect(eq(int, await_end(&execz), 0), "%s", execz.text);
    cr_expect(line_with(execz.text, "EXECUTED", " a  ") != NULL, "%s", execz.text);
}

Test(start, until_idle_ends_when_the_last_run_has_ended)
{
    ended result = start_until_idle(POOL "[task:a]\nat = now\ncommand = sleep 0.3\n");

    cr_expect(eq(int, result.status, 0));
    cr_expect(line_with(result.out, "EXECUTED", " a  ") != NULL, "%s", result.out);
    cr_expect(eq(str, result.err, (char *)""));
}

Test(start, until_idle_ends_at_once_without_tasks)
{
    ended result = start_until_idle(POOL);

    cr_expect(eq(int, result.status, 0));
    cr_expect(g_str_has_suffix(result.out, "\n0 runs\n"), "%s", result.out);
}

Test(start, until_idle_names_the_tasks_that_are_blocked)
{
    ended result = start_until_idle(POOL "[task:a]\nat = now\nfunction = nowhere:hello\n"
                                         "[task:b]\nat = now\nshell = true\n");

    cr_expect(eq(int, result.status, 1));
    cr_expect(line_with(result.out, "EXECUTED", " b  ") != NULL, "%s", result.out);
    cr_expect(line_with(result.out, "BLOCKED", " a  ") != NULL, "%s", result.out);
    expect_in(result.err, "execz: task 'a' is blocked: ");
    expect_in(result.err, "nowhere");
}

/* ---- overload -------------------------------------------------------------------------------- */

/* Six of them begin later than any grace of a second would allow. */
Test(start, eight_tasks_that_are_due_together_on_two_workers_are_all_executed)
{
    g_autoptr(GString) text = g_string_new(POOL "max_workers = 2\n");
    ended result;

    for (int i = 0; i < 8; i++) {
        g_string_append_printf(text, "[task:t%d]\nat = now\nshell = sleep 1.5\n", i);
    }
    result = start_until_idle(text->str);
    cr_expect(eq(int, result.status, 0));
    for (int i = 0; i < 8; i++) {
        g_autofree char *id = g_strdup_printf("t%d  ", i);

        cr_expect(line_with(result.out, "EXECUTED", id) != NULL, "%s", result.out);
    }
    cr_expect(strstr(result.out, "MISSED") == NULL, "%s", result.out);
}
