/* SPDX-License-Identifier: MIT */
#include "pool.h"

#include <string.h>

execz_time
submission_run_time(const execz_submission *submission)
{
    const series *several = place_of(submission)->several;

    return submission->times[several == NULL ? 0 : several->at];
}

static uint32_t
count(const char *const *texts)
{
    uint32_t n = 0;

    while (texts != NULL && texts[n] != NULL) {
        n++;
    }
    return n;
}

/* What of the task is there to be sent; most have neither of the last six. */
static uint32_t
has(const execz_task *task)
{
    return (task->name != NULL && task->name != task->id && strcmp(task->name, task->id) != 0
                ? WIRE_HAS_NAME
                : 0) |
           (task->module_path != NULL ? WIRE_HAS_MODULE_PATH : 0) |
           (task->function != NULL ? WIRE_HAS_FUNCTION : 0) |
           (task->cwd != NULL ? WIRE_HAS_CWD : 0) |
           (task->content_type != NULL && strcmp(task->content_type, "application/json") != 0
                ? WIRE_HAS_CONTENT_TYPE
                : 0) |
           (task->args != NULL ? WIRE_HAS_ARGS : 0) | (task->argv != NULL ? WIRE_HAS_ARGV : 0) |
           (task->env != NULL ? WIRE_HAS_ENV : 0);
}

static uint64_t
measure_texts(const char *const *texts)
{
    uint64_t length = 0;

    for (; texts != NULL && *texts != NULL; texts++) {
        length += strlen(*texts) + 1;
    }
    return length;
}

uint64_t
frame_measure(const execz_submission *submission)
{
    const execz_task *task = submission->task;
    uint32_t there = has(task);
    uint64_t length = sizeof(wire_frame) + strlen(task->id) + 1;

    length += there & WIRE_HAS_NAME ? strlen(task->name) + 1 : 0;
    length += there & WIRE_HAS_MODULE_PATH ? strlen(task->module_path) + 1 : 0;
    length += there & WIRE_HAS_FUNCTION ? strlen(task->function) + 1 : 0;
    length += there & WIRE_HAS_CWD ? strlen(task->cwd) + 1 : 0;
    length += there & WIRE_HAS_CONTENT_TYPE ? strlen(task->content_type) + 1 : 0;
    length += there & WIRE_HAS_ARGS ? task->args_length + 1 : 0;
    return length + measure_texts(task->argv) + measure_texts(task->env);
}

static unsigned char *
write_bytes(unsigned char *at, const void *bytes, uint64_t length)
{
    memcpy(at, bytes, length);
    at[length] = '\0';
    return at + length + 1;
}

static unsigned char *
write_text(unsigned char *at, const char *text)
{
    return write_bytes(at, text, strlen(text));
}

static unsigned char *
write_texts(unsigned char *at, const char *const *texts)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        at = write_text(at, *texts);
    }
    return at;
}

static void
write_body(unsigned char *at, const execz_task *task, uint32_t there)
{
    at = write_text(at, task->id);
    at = there & WIRE_HAS_NAME ? write_text(at, task->name) : at;
    at = there & WIRE_HAS_MODULE_PATH ? write_text(at, task->module_path) : at;
    at = there & WIRE_HAS_FUNCTION ? write_text(at, task->function) : at;
    at = there & WIRE_HAS_CWD ? write_text(at, task->cwd) : at;
    at = there & WIRE_HAS_CONTENT_TYPE ? write_text(at, task->content_type) : at;
    at = there & WIRE_HAS_ARGS ? write_bytes(at, task->args, task->args_length) : at;
    at = write_texts(at, task->argv);
    (void)write_texts(at, task->env);
}

void
frame_write(const execz_host *host, const execz_submission *submission, unsigned char *bytes)
{
    const execz_task *task = submission->task;
    execz_run_info info = {.size = sizeof info, .attempt = 1};
    wire_frame frame;

    (void)host->describe(host, submission->run, &info);
    frame = (wire_frame){
        .kind = WIRE_RUN,
        .task_kind = task->kind,
        .run = submission->run,
        .run_time = submission_run_time(submission),
        .timeout = task->timeout,
        .kill_grace = task->kill_grace,
        .misfire_grace_time = task->misfire_grace_time,
        .output_limit = task->output_limit,
        .args_length = task->args == NULL ? 0 : task->args_length,
        .attempt = info.attempt,
        .priority = task->priority,
        .max_instances = task->max_instances,
        .has = has(task),
        .n_argv = count(task->argv),
        .n_env = count(task->env),
    };
    memcpy(bytes, &frame, sizeof frame);
    write_body(bytes + sizeof frame, task, frame.has);
}
