/* SPDX-License-Identifier: MIT */
#include <execz/worker.h>

#include "function/waiter.h"

#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* 2027-01-01T00:00:00Z */
#define RUN_TIME (1798761600 * EXECZ_SECOND)

static const char *const path[] = {EXECZ_TEST_FUNCTIONS, NULL};
static execz_bodies *bodies;
static GString *lines;
static execz_task task;
static execz_body_facts facts;
static execz_result result;
static execz_error err;

static void
keep_line(void *user, uint32_t level, const char *message)
{
    g_string_append_printf(user, "%u %s\n", level, message);
}

static void
setup(void)
{
    execz_bodies_options options = {.size = sizeof options, .function_path = path};

    lines = g_string_new(NULL);
    options.log = keep_line;
    options.user = lines;
    bodies = execz_bodies_new(&options, NULL);
    task = (execz_task){.size = sizeof task,
                        .kind = EXECZ_TASK_FUNCTION,
                        .id = "t1",
                        .name = "t1",
                        .kill_grace = 5 * EXECZ_SECOND,
                        .output_limit = 65536};
    facts = (execz_body_facts){.size = sizeof facts,
                               .attempt = 3,
                               .run = 77,
                               .run_time = RUN_TIME,
                               .deadline_monotonic = EXECZ_NO_DEADLINE,
                               .executor = "cpu"};
    result = (execz_result){.size = sizeof result};
    err = (execz_error)EXECZ_ERROR_INIT;
}

static void
teardown(void)
{
    execz_bodies_free(bodies);
    g_string_free(lines, TRUE);
}

TestSuite(bodies, .init = setup, .fini = teardown);

static void
run(const char *function, const char *args)
{
    task.function = function;
    task.args = args;
    task.args_length = args != NULL ? strlen(args) : 0;
    cr_assert(eq(i32, execz_bodies_run(bodies, &task, &facts, NULL, &result), EXECZ_OK));
}

Test(bodies, a_function_is_called_and_its_outcome_told)
{
    run("greetings:add", "{\"a\": 40, \"b\": 2}");
    cr_expect(eq(u32, result.outcome, EXECZ_OUTCOME_OK));
    cr_expect(eq(str, (char *)result.value, (char *)"42"));
    cr_expect(all(eq(u64, result.value_length, 2), eq(i64, result.run_time, RUN_TIME)));
    cr_expect(all(gt(i64, result.started, 0), ge(i64, result.finished, result.started)));
}

Test(bodies, a_command_is_run_and_its_output_kept)
{
    const char *const argv[] = {"/bin/sh", "-c", "echo $EXECZ_TASK $EXECZ_ATTEMPT; exit 3", NULL};

    task.kind = EXECZ_TASK_COMMAND;
    task.argv = argv;
    run(NULL, NULL);
    cr_expect(all(eq(u32, result.outcome, EXECZ_OUTCOME_ERROR), eq(i32, result.exit_status, 3)));
    cr_expect(eq(str, (char *)result.output, (char *)"t1 3\n"));
}

Test(bodies, a_function_knows_its_run)
{
    run("sample:facts", NULL);
    cr_expect(eq(str, (char *)result.value,
                 (char *)"[\"t1\", \"t1@2027-01-01T00:00:00Z\", \"cpu\", 3, 77, "
                         "1798761600000000000, 9223372036854775807]"));
}

Test(bodies, a_deadline_ends_a_wait_and_is_known_as_wall_clock_time)
{
    facts.deadline_monotonic = ez_waiter_now() + EXECZ_HOUR;
    run("sample:facts", NULL);
    cr_expect(strstr(result.value, "9223372036854775807") == NULL, "%s", result.value);
    facts.deadline_monotonic = ez_waiter_now() + EXECZ_MILLISECOND;
    run("sample:nap", NULL);
    cr_expect(eq(u32, result.outcome, EXECZ_OUTCOME_TIMEOUT));
}

Test(bodies, a_function_that_is_not_there_is_an_outcome)
{
    run("greetings:bye", NULL);
    cr_expect(eq(u32, result.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(strstr(result.message, "has no function 'bye'") != NULL, "%s", result.message);
}

Test(bodies, what_a_function_logs_reaches_the_callback)
{
    run("sample:says", NULL);
    cr_expect(eq(str, lines->str, (char *)"2 one line\n"));
}

Test(bodies, an_older_caller_gets_as_much_as_it_knows)
{
    result.size = EXECZ_RESULT_SIZE - 8;
    memset((char *)&result + result.size, 'x', sizeof result - result.size);
    run("greetings:add", NULL);
    cr_expect(eq(u32, result.size, EXECZ_RESULT_SIZE - 8));
    cr_expect(eq(chr, ((char *)&result)[result.size], 'x'));
}

/* ---- told to stop ---- */

static void *
interrupt_seventy_seven(void *unused)
{
    execz_bodies_interrupt(bodies, 77);
    return NULL;
}

Test(bodies, a_body_that_is_told_to_stop_does)
{
    pthread_t thread;

    pthread_create(&thread, NULL, interrupt_seventy_seven, NULL);
    run("sample:nap", NULL);
    pthread_join(thread, NULL);
    cr_expect(eq(u32, result.outcome, EXECZ_OUTCOME_CANCELLED));
}

Test(bodies, a_run_stopped_before_it_began_never_begins)
{
    execz_bodies_interrupt(bodies, 77);
    run("sample:stubborn", NULL);
    cr_expect(all(eq(u32, result.outcome, EXECZ_OUTCOME_CANCELLED), eq(i64, result.started, 0)));
    cr_expect(eq(str, (char *)result.message, (char *)"cancelled before it started"));
}

Test(bodies, stopping_one_run_leaves_others_alone)
{
    execz_bodies_interrupt(bodies, 77);
    execz_bodies_interrupt(bodies, 0); /* none runs */
    facts.run = 78;
    run("greetings:add", NULL);
    cr_expect(eq(u32, result.outcome, EXECZ_OUTCOME_OK));
}

typedef struct nested {
    execz_waiter table;
    execz_status status;
} nested;

static int32_t
run_meanwhile(void *self, execz_duration duration)
{
    execz_result other = {.size = sizeof other};

    ((nested *)self)->status = execz_bodies_run(bodies, &task, &facts, NULL, &other);
    return 0;
}

Test(bodies, one_body_at_a_time_is_run)
{
    nested waiter = {.table = {.size = sizeof waiter.table, .sleep = run_meanwhile}};

    waiter.table.self = &waiter;
    task.function = "sample:stubborn";
    cr_assert(eq(i32, execz_bodies_run(bodies, &task, &facts, &waiter.table, &result), EXECZ_OK));
    cr_expect(eq(i32, waiter.status, EXECZ_E_STATE));
    cr_expect(eq(str, (char *)result.value, (char *)"\"done\""));
}

/* ---- outside of a run ---- */

Test(bodies, an_initializer_is_called_with_its_arguments)
{
    cr_expect(eq(i32, execz_bodies_call(bodies, "greetings:fail", "{\"why\": \"no disk\"}", &err),
                 EXECZ_E_FAIL));
    cr_expect(eq(str, err.message, (char *)"greetings:fail: no disk"));
    cr_expect(eq(i32, execz_bodies_call(bodies, "sample:says", NULL, NULL), EXECZ_OK));
    cr_expect(eq(str, lines->str, (char *)"2 one line\n"));
}

Test(bodies, an_initializer_that_is_not_there_is_told_with_its_code)
{
    cr_expect(eq(i32, execz_bodies_call(bodies, "greetings:bye", NULL, &err), EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.code, (char *)"F102"));
    cr_expect(eq(i32, execz_bodies_call(bodies, "nowhere:bye", NULL, NULL), EXECZ_E_NOT_FOUND));
}

Test(bodies, an_initializer_with_wrong_arguments_is_told)
{
    cr_expect(eq(i32, execz_bodies_call(bodies, "sample:echo", "[1]", &err), EXECZ_E_FAIL));
    cr_expect(strstr(err.message, "sample:echo: the arguments must be a JSON object") != NULL, "%s",
              err.message);
}

Test(bodies, modules_and_functions_can_be_loaded_ahead)
{
    cr_expect(eq(i32, execz_bodies_preload(bodies, "greetings", &err), EXECZ_OK));
    cr_expect(eq(i32, execz_bodies_preload(bodies, "sample:echo", &err), EXECZ_OK));
}

Test(bodies, what_cannot_be_loaded_ahead_is_told_with_its_code)
{
    static const struct {
        const char *name;
        execz_status status;
        const char *code;
    } all[] = {
        {"nowhere", EXECZ_E_NOT_FOUND, "F101"},    {"greetings:bye", EXECZ_E_NOT_FOUND, "F102"},
        {"/tmp/greetings", EXECZ_E_INVAL, "F105"}, {NULL, EXECZ_E_INVAL, "F105"},
        {"greetings:", EXECZ_E_INVAL, "F105"},     {"wrong_abi", EXECZ_E_PLUGIN, "F104"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        cr_expect(eq(i32, execz_bodies_preload(bodies, all[i].name, &err), all[i].status));
        cr_expect(eq(str, err.code, (char *)all[i].code), "%s: %s", all[i].name, err.message);
    }
}

Test(bodies, a_path_that_is_not_absolute_is_refused)
{
    const char *const wrong[] = {"/good", "functions", NULL};
    execz_bodies_options options = {.size = sizeof options, .function_path = wrong};

    cr_expect(zero(ptr, execz_bodies_new(&options, &err)));
    cr_expect(eq(str, err.message, (char *)"'functions' in function_path is not an absolute path"));
}

Test(bodies, a_child_process_goes_on_where_its_parent_was)
{
    pid_t pid;
    int status = -1;

    cr_assert(eq(i32, execz_bodies_preload(bodies, "greetings", &err), EXECZ_OK));
    pid = fork();
    if (pid == 0) {
        run("greetings:add", "{\"a\": 7}");
        _exit(result.outcome == EXECZ_OUTCOME_OK && strcmp(result.value, "7") == 0 ? 0 : 1);
    }
    cr_assert(eq(int, waitpid(pid, &status, 0), pid));
    cr_expect(eq(int, status, 0));
}
