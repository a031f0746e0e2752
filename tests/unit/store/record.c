/* SPDX-License-Identifier: MIT */
#include "store/record.h"

#include "task/spec.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static const ez_task_defaults defaults = {.timezone = "Europe/Paris",
                                          .misfire_grace_time = EXECZ_UNSET};

/* Tasks that are equal share plan and schedule in these. */
static ez_task_tables tables;

static void
make_tables(void)
{
    tables = (ez_task_tables){ez_intern_table_new(), ez_intern_table_new()};
}

TestSuite(record, .init = make_tables);

static ez_task *
make(const execz_task_spec *spec)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task = ez_task_new(spec, &defaults, &tables, &err);

    cr_assert(task != NULL, "%s", err.message);
    return task;
}

static ez_task *
parse(const char *text, ez_task_state *state)
{
    execz_error err = EXECZ_ERROR_INIT;
    ez_task *task = ez_record_parse_task(text, strlen(text), &tables, state, &err);

    cr_assert(task != NULL, "%s\n%s", err.message, text);
    return task;
}

/* The task comes back equal from its record, and gives the same record again. */
static void
expect_round_trip(const execz_task_spec *spec)
{
    execz_task_spec whole;
    g_autoptr(ez_task) given = make(spec);
    g_autoptr(ez_task) task = (ez_task_get_spec(given, &whole), make(&whole));
    g_auto(ez_task_state) none = {0}, state = {0};
    g_autofree char *text = ez_record_format_task(task, &none);
    g_autoptr(ez_task) back = parse(text, &state);
    g_autofree char *again = ez_record_format_task(back, &state);

    cr_expect(eq(str, back->id, task->id));
    cr_expect(eq(str, (char *)ez_task_name(back), (char *)ez_task_name(task)));
    cr_expect(eq(int, g_strcmp0(ez_task_args(back), ez_task_args(task)), 0));
    cr_expect(eq(ptr, back->plan, task->plan), "%s", text);
    cr_expect(eq(ptr, back->schedule, task->schedule), "%s", text);
    cr_expect(eq(str, again, text));
}

static execz_task_spec
a_function(void)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "reports:send";
    return spec;
}

Test(record, tasks_with_each_kind_of_trigger_come_back_equal)
{
    static const char *const triggers[] = {
        "interval(hours=6, start_at=2027-01-01T00:00:00Z)",
        "date(2027-01-01T09:00:00, timezone=Asia/Kolkata)",
        "cron(day_of_week=mon-fri, hour=2, timezone=Europe/London, gap=skip, fold=both)",
        "crontab(\"30 2 * * 1-5\")",
        "calendar(months=1, start_at=2027-01-31)",
        "or(cron(hour=2), interval(hours=6))",
        "and(cron(hour=2), cron(day=1))",
        "interval(minutes=1, jitter=10s)",
        "shutdown()",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(triggers); i++) {
        execz_task_spec spec = a_function();

        spec.trigger = triggers[i];
        expect_round_trip(&spec);
    }
}

Test(record, tasks_with_each_kind_of_body_come_back_equal)
{
    static const char *const argv[] = {"printf", "%s\n", "a \"b\" \\ c", "\xff\xfe", "", NULL};
    static const char *const env[] = {"A=1", "B=\xc3\xa9", "C=\x80", NULL};
    static const execz_pair options[] = {{"key", "value"}, {"empty", ""}};
    execz_task_spec spec = a_function();

    spec.args = "{\"to\": \"you\", \"n\": 9007199254740993}";
    expect_round_trip(&spec);
    spec = a_function();
    spec.function = NULL;
    spec.argv = argv;
    spec.env = env;
    spec.cwd = "/tmp";
    spec.options = options;
    spec.n_options = 2;
    spec.name = "with a name";
    spec.executor = "pool";
    expect_round_trip(&spec);
    spec.argv = NULL;
    spec.shell = "echo 'it'\"s\"\n";
    expect_round_trip(&spec);
}

Test(record, tasks_with_each_part_of_the_policy_come_back_equal)
{
    static const int32_t never[] = {0, 2, -3};
    execz_task_spec spec = a_function();

    spec.max_instances = 3;
    spec.misfire_grace_time = -1;
    spec.timeout = 5;
    spec.kill_grace = 0;
    spec.output_limit = EXECZ_OUTPUT_LIMIT_MAX;
    spec.coalesce = EXECZ_COALESCE_NONE;
    spec.priority = -7;
    spec.overlap = EXECZ_OVERLAP_QUEUE;
    spec.overlap_limit = 8;
    spec.max_attempts = 4;
    spec.retry_on = EXECZ_RETRY_ON_TIMEOUT;
    spec.retry_factor = 150;
    spec.retry_jitter = 100;
    spec.retry_delay = 0;
    spec.retry_max_delay = EXECZ_DAY;
    spec.retry_never = never;
    spec.n_retry_never = 3;
    spec.delivery = EXECZ_DELIVERY_AT_LEAST_ONCE;
    spec.origin = EXECZ_ORIGIN_CONFIG;
    expect_round_trip(&spec);
    spec.overlap = EXECZ_OVERLAP_REPLACE;
    spec.overlap_limit = 0;
    spec.misfire_grace_time = EXECZ_MINUTE;
    expect_round_trip(&spec);
}

Test(record, the_phase_of_a_schedule_is_kept)
{
    static const char *const triggers[] = {
        "interval(minutes=7)", "or(interval(minutes=7), cron(hour=3, timezone=Asia/Tokyo))"};
    execz_time anchor = INT64_C(1800000000) * EXECZ_SECOND + 123456789;

    for (size_t i = 0; i < G_N_ELEMENTS(triggers); i++) {
        execz_task_spec spec = a_function();
        g_auto(ez_task_state) state = {0}, back = {0};
        g_autoptr(ez_task) task = NULL, other = NULL;
        g_autofree char *text = NULL;

        spec.trigger = triggers[i];
        task = make(&spec);
        state.phase = ez_task_make_trigger(task, anchor, NULL);
        text = ez_record_format_task(task, &state);
        other = parse(text, &back);
        cr_expect(
            eq(i64, ez_trigger_next(back.phase, anchor), ez_trigger_next(state.phase, anchor)));
        cr_expect(eq(i64, ez_trigger_next(back.phase, anchor + EXECZ_DAY),
                     ez_trigger_next(state.phase, anchor + EXECZ_DAY)));
    }
}

Test(record, a_pause_is_kept_with_its_reason)
{
    execz_task_spec spec = a_function();
    g_autoptr(ez_task) task = make(&spec);
    g_auto(ez_task_state) state = {.paused = true, .paused_until = 77}, back = {0};
    g_autofree char *text = NULL;
    g_autoptr(ez_task) other = NULL;

    state.pause_reason = g_strdup("the disk is \"full\"");
    text = ez_record_format_task(task, &state);
    other = parse(text, &back);
    cr_expect(back.paused);
    cr_expect(eq(i64, back.paused_until, 77));
    cr_expect(eq(str, back.pause_reason, state.pause_reason));
}

static void
expect_refusal(const char *text, execz_status status, const char *part)
{
    ez_task_state state = {0};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(ez_record_parse_task(text, strlen(text), &tables, &state, &err) == NULL, "%s", text);
    cr_expect(eq(int, err.status, status), "%s: %s", text, err.message);
    cr_expect(strstr(err.message, part) != NULL, "%s: %s", text, err.message);
}

Test(record, what_is_no_record_of_a_task_says_why)
{
    expect_refusal("", EXECZ_E_PARSE, "no JSON object");
    expect_refusal("{\"v\":1,", EXECZ_E_PARSE, "column");
    expect_refusal("[]", EXECZ_E_PARSE, "no JSON object");
    expect_refusal("{}", EXECZ_E_PARSE, "does not say its version");
    expect_refusal("{\"v\":2}", EXECZ_E_UNSUPPORTED, "version 2");
    expect_refusal("{\"v\":1,\"id\":5}", EXECZ_E_PARSE, "\"id\" is no text");
    expect_refusal("{\"v\":1,\"id\":\"a\",\"argv\":[1]}", EXECZ_E_PARSE, "argv");
    expect_refusal("{\"v\":1,\"id\":\"a\",\"options\":[[\"k\"]]}", EXECZ_E_PARSE, "options");
    expect_refusal("{\"v\":1,\"id\":\"a\",\"timeout\":\"5s\"}", EXECZ_E_PARSE, "timeout");
    expect_refusal("{\"v\":1,\"id\":\"a\",\"overlap\":-1}", EXECZ_E_PARSE, "out of range");
    expect_refusal("{\"v\":1,\"id\":\"a\",\"retry_never\":[1e3]}", EXECZ_E_PARSE, "retry_never");
    expect_refusal("{\"v\":1,\"id\":\"a\",\"paused\":{}}", EXECZ_E_PARSE, "until when");
    expect_refusal("{\"v\":1,\"id\":\"a\",\"phase\":\"often\"}", EXECZ_E_PARSE, "trigger");
    expect_refusal("{\"v\":1,\"id\":\"a\"}", EXECZ_E_INVAL, "no trigger");
    expect_refusal("{\"v\":1,\"id\":\"a b\",\"trigger\":\"cron(hour=2)\",\"function\":\"a:b\"}",
                   EXECZ_E_INVAL, "a b");
}

Test(record, names_that_are_not_known_are_passed_over)
{
    ez_task_state state = {0};
    g_autoptr(ez_task) task = parse("{\"v\":1,\"id\":\"a\",\"trigger\":\"cron(hour=2)\","
                                    "\"function\":\"a:b\",\"later\":[1,2]}",
                                    &state);

    cr_expect(eq(str, task->id, (char *)"a"));
}

/* tests/data/records/bad-records.txt: "> RECORD", and below it "< " what is said of it. */
Test(record, each_bad_record_is_answered_with_what_is_wrong)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned n = 0;

    cr_assert(g_file_get_contents(EXECZ_TEST_DATA "/records/bad-records.txt", &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL && **line == '>'; line += 2, n++) {
        const char *record = *line + 2;
        g_auto(ez_task_state) state = {0};
        execz_error err = EXECZ_ERROR_INIT;
        g_autoptr(ez_task) task =
            ez_record_parse_task(record, strlen(record), &tables, &state, &err);

        cr_expect(task == NULL, "%s is read", record);
        cr_expect(eq(str, err.message, line[1] + 2), "of %s", record);
    }
    cr_expect(ge(uint, n, 100));
}
