/* SPDX-License-Identifier: MIT */
#include "isolation/parcel.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static int ends[2];
static ez_stream one, other;
static ez_parcel_run taken;

static void
set_up(void)
{
    cr_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    ez_stream_init(&one, ends[0]);
    ez_stream_init(&other, ends[1]);
    taken.pointers = g_ptr_array_new();
}

static void
tear_down(void)
{
    ez_stream_deinit(&one);
    ez_stream_deinit(&other);
    g_ptr_array_unref(taken.pointers);
    close(ends[0]);
    close(ends[1]);
}

TestSuite(parcel, .init = set_up, .fini = tear_down);

static ez_frame
pass(void)
{
    ez_frame frame;

    cr_assert(eq(int, ez_stream_send(&one, false), 0));
    cr_assert(gt(i64, ez_stream_receive(&other, false), 0));
    cr_assert(ez_stream_next(&other, &frame));
    return frame;
}

static const char *const argv[] = {"echo", "", "two words", NULL};
static const char *const env[] = {"A=1", NULL};
static const execz_pair options[] = {{"queue", "fast"}, {"empty", NULL}};

static ez_parcel_run
make_run(void)
{
    ez_parcel_run run = {.run = UINT64_C(5) << 32 | 1,
                         .attempt = 2,
                         .source = EXECZ_SOURCE_RETRY,
                         .submitted = 77,
                         .wants_started = 1,
                         .n = 2,
                         .times = {10, 20}};

    run.task = (execz_task){.size = sizeof run.task,
                            .kind = EXECZ_TASK_COMMAND,
                            .id = "a",
                            .name = "for people",
                            .max_instances = 3,
                            .priority = -4,
                            .misfire_grace_time = -1,
                            .timeout = 5,
                            .kill_grace = 6,
                            .output_limit = 7,
                            .argv = argv,
                            .env = env,
                            .cwd = "/",
                            .content_type = "application/octet-stream",
                            .args = "x\0y",
                            .args_length = 3,
                            .options = options,
                            .n_options = 2};
    return run;
}

Test(parcel, a_run_comes_with_all_of_its_task)
{
    ez_parcel_run run = make_run();
    const execz_task *task = &taken.task;
    ez_frame frame;

    ez_parcel_put_run(&one, &run);
    frame = pass();
    cr_assert(ez_parcel_take_run(&frame, &taken));
    cr_expect(all(eq(u64, taken.run, run.run), eq(u32, taken.attempt, 2),
                  eq(u32, taken.source, EXECZ_SOURCE_RETRY), eq(i64, taken.submitted, 77),
                  eq(u32, taken.wants_started, 1), eq(u32, taken.n, 2),
                  eq(i64, taken.times[1], 20)));
    cr_expect(all(eq(u32, task->kind, EXECZ_TASK_COMMAND), eq(u32, task->max_instances, 3),
                  eq(i32, task->priority, -4), eq(i64, task->misfire_grace_time, -1),
                  eq(i64, task->timeout, 5), eq(i64, task->kill_grace, 6),
                  eq(u64, task->output_limit, 7)));
    cr_expect(all(
        eq(str, (char *)task->id, (char *)"a"), eq(str, (char *)task->name, (char *)"for people"),
        eq(str, (char *)task->argv[2], (char *)"two words"), eq(ptr, (void *)task->argv[3], NULL),
        eq(str, (char *)task->env[0], (char *)"A=1"), eq(ptr, (void *)task->env[1], NULL),
        eq(str, (char *)task->cwd, (char *)"/"), eq(ptr, (void *)task->function, NULL)));
    cr_expect(all(eq(u64, task->args_length, 3), eq(int, memcmp(task->args, "x\0y", 4), 0)));
    cr_expect(all(eq(u64, task->n_options, 2),
                  eq(str, (char *)task->options[0].value, (char *)"fast"),
                  eq(ptr, (void *)task->options[1].value, NULL)));
}

Test(parcel, a_task_without_anything_comes_without_anything)
{
    ez_parcel_run run = {.run = 1, .n = 1};
    ez_frame frame;

    run.task = (execz_task){.kind = EXECZ_TASK_FUNCTION, .id = "a", .name = "a", .function = "m:f"};
    ez_parcel_put_run(&one, &run);
    frame = pass();
    cr_assert(ez_parcel_take_run(&frame, &taken));
    cr_expect(all(eq(ptr, (void *)taken.task.argv, NULL), eq(ptr, (void *)taken.task.env, NULL),
                  eq(ptr, (void *)taken.task.args, NULL),
                  eq(ptr, (void *)taken.task.options, NULL)));
    cr_expect(eq(str, (char *)taken.task.name, (char *)"a"));
}

/* Cut anywhere, or with any byte changed, it is refused or read, and never reads beyond. */
Test(parcel, a_run_that_was_damaged_does_no_harm)
{
    ez_parcel_run run = make_run();
    g_autofree uint8_t *copy = NULL;
    size_t length;
    unsigned refused = 0;

    ez_parcel_put_run(&one, &run);
    length = ez_stream_waiting(&one) - 16;
    for (size_t i = 0; i < length; i++) {
        g_free(copy);
        copy = g_memdup2(one.out.at + 16, i); /* exactly so long: sanitizers see a step too far */
        refused += !ez_parcel_take_run(&(ez_frame){.at = copy, .end = copy + i}, &taken);
    }
    cr_expect(eq(u32, refused, (uint32_t)length));
    for (size_t i = 0; i < length; i++) {
        g_free(copy);
        copy = g_memdup2(one.out.at + 16, length);
        copy[i] ^= 0xff;
        (void)ez_parcel_take_run(&(ez_frame){.at = copy, .end = copy + length}, &taken);
    }
}

Test(parcel, more_run_times_than_there_can_be_are_refused)
{
    ez_parcel_run run = make_run();
    ez_frame frame;
    uint32_t n = EXECZ_RUN_TIMES_MAX + 1;

    ez_parcel_put_run(&one, &run);
    memcpy(one.out.at + 16 + 8 + 4 + 4 + 8 + 4, &n, sizeof n);
    frame = pass();
    cr_expect(not(ez_parcel_take_run(&frame, &taken)));
}

Test(parcel, a_start_comes_with_its_options)
{
    ez_parcel_start start = {.alias = "cpu",
                             .path = "/x.so",
                             .part = "x",
                             .function_path = "/f",
                             .log_level = 2,
                             .patience = 9,
                             .options = options,
                             .n_options = 2};
    ez_parcel_start came;
    ez_frame frame;

    ez_parcel_put_start(&one, &start);
    frame = pass();
    cr_assert(ez_parcel_take_start(&frame, &came));
    cr_expect(all(
        eq(str, (char *)came.alias, (char *)"cpu"), eq(str, (char *)came.path, (char *)"/x.so"),
        eq(str, (char *)came.part, (char *)"x"), eq(str, (char *)came.function_path, (char *)"/f"),
        eq(u32, came.log_level, 2), eq(i64, came.patience, 9), eq(u32, came.n_options, 2),
        eq(str, (char *)came.options[0].key, (char *)"queue")));
    g_free((void *)came.options);
}

Test(parcel, a_start_of_another_version_is_refused)
{
    ez_parcel_start start = {.alias = "cpu", .path = "/x.so", .part = "x"};
    uint32_t version = EZ_PARCEL_VERSION + 1;
    ez_parcel_start came;
    ez_frame frame;

    ez_parcel_put_start(&one, &start);
    memcpy(one.out.at + 16, &version, sizeof version);
    frame = pass();
    cr_expect(not(ez_parcel_take_start(&frame, &came)));
}

Test(parcel, a_result_comes_with_all_it_says)
{
    execz_result result = {.size = sizeof result,
                           .outcome = EXECZ_OUTCOME_ERROR,
                           .run_time = 1,
                           .started = 2,
                           .finished = 3,
                           .exit_status = -1,
                           .signal = 9,
                           .message = "killed",
                           .value = "[1]",
                           .value_length = 3,
                           .output = "o\0u",
                           .output_length = 3,
                           .output_dropped = 4,
                           .cpu_user = 5,
                           .cpu_system = 6,
                           .max_rss = 7};
    execz_result came;
    ez_frame frame;

    ez_stream_begin(&one, EZ_PARCEL_FINISH);
    ez_parcel_put_result(&one, &result);
    ez_stream_end(&one);
    frame = pass();
    ez_parcel_take_result(&frame, &came);
    cr_expect(ez_frame_is_whole(&frame));
    cr_expect(
        all(eq(u32, came.outcome, EXECZ_OUTCOME_ERROR), eq(i64, came.run_time, 1),
            eq(i64, came.started, 2), eq(i64, came.finished, 3), eq(i32, came.exit_status, -1),
            eq(i32, came.signal, 9), eq(str, (char *)came.message, (char *)"killed"),
            eq(str, (char *)came.value, (char *)"[1]"), eq(u64, came.output_length, 3),
            eq(int, memcmp(came.output, "o\0u", 3), 0), eq(u64, came.output_dropped, 4),
            eq(i64, came.cpu_user, 5), eq(i64, came.cpu_system, 6), eq(u64, came.max_rss, 7)));
}

Test(parcel, an_error_comes_with_its_code)
{
    execz_error err = {sizeof err, EXECZ_E_BUSY, "P501", "no room"};
    execz_error came = EXECZ_ERROR_INIT;
    ez_frame frame;

    ez_stream_begin(&one, EZ_PARCEL_FAILED);
    ez_parcel_put_error(&one, &err);
    ez_stream_end(&one);
    frame = pass();
    ez_parcel_take_error(&frame, &came);
    cr_expect(all(eq(int, came.status, EXECZ_E_BUSY), eq(str, came.code, (char *)"P501"),
                  eq(str, came.message, (char *)"no room"), ez_frame_is_whole(&frame)));
}
