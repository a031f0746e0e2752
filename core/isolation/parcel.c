/* SPDX-License-Identifier: MIT */
#include "isolation/parcel.h"

#include "base/error.h"

#include <execz/task.h>

/* ---- tasks ----------------------------------------------------------------------------------- */

static uint32_t
count(const char *const *texts)
{
    uint32_t n = 0;

    while (texts != NULL && texts[n] != NULL) {
        n++;
    }
    return n;
}

static void
put_texts(ez_stream *self, const char *const *texts)
{
    uint32_t n = count(texts);

    if (texts == NULL) {
        ez_stream_put_u32(self, 0);
        return;
    }
    ez_stream_put_u32(self, n + 1);
    for (uint32_t i = 0; i < n; i++) {
        ez_stream_put_text(self, texts[i]);
    }
}

static void
put_task(ez_stream *self, const execz_task *task)
{
    ez_stream_put_u32(self, task->kind);
    ez_stream_put_text(self, task->id);
    ez_stream_put_text(self, task->name == task->id ? NULL : task->name);
    ez_stream_put_u32(self, task->max_instances);
    ez_stream_put_u32(self, (uint32_t)task->priority);
    ez_stream_put_i64(self, task->misfire_grace_time);
    ez_stream_put_i64(self, task->timeout);
    ez_stream_put_i64(self, task->kill_grace);
    ez_stream_put_u64(self, task->output_limit);
    ez_stream_put_text(self, task->module_path);
    ez_stream_put_text(self, task->function);
    put_texts(self, task->argv);
    put_texts(self, task->env);
    ez_stream_put_text(self, task->cwd);
    ez_stream_put_text(self, task->content_type);
    ez_stream_put_bytes(self, task->args, task->args_length);
    ez_stream_put_u32(self, (uint32_t)task->n_options);
    for (uint64_t i = 0; i < task->n_options; i++) {
        ez_stream_put_text(self, task->options[i].key);
        ez_stream_put_text(self, task->options[i].value);
    }
}

/* How many pairs of lengths may still be in the frame: a claim beyond it is a lie. */
static bool
has_room(ez_frame *self, uint64_t n)
{
    if (n > (uint64_t)(self->end - self->at) / sizeof(uint64_t)) {
        self->spoilt = true;
    }
    return !self->spoilt;
}

/* Puts the texts among the pointers; where they begin there, from 1; 0: NULL. */
static guint
take_texts(ez_frame *self, GPtrArray *pointers)
{
    uint32_t n = ez_frame_u32(self);
    guint first = pointers->len + 1;

    if (n == 0 || !has_room(self, n - 1)) {
        return 0;
    }
    for (uint32_t i = 0; i < n - 1; i++) {
        const char *text = ez_frame_text(self);

        self->spoilt |= text == NULL;
        g_ptr_array_add(pointers, (gpointer)text);
    }
    g_ptr_array_add(pointers, NULL);
    return first;
}

static guint
take_options(ez_frame *self, GPtrArray *pointers, uint64_t *n_out)
{
    uint32_t n = ez_frame_u32(self);
    guint first = pointers->len + 1;

    *n_out = 0;
    if (n == 0 || !has_room(self, (uint64_t)n * 2)) {
        return 0;
    }
    *n_out = n;
    for (uint32_t i = 0; i < n * 2; i++) {
        g_ptr_array_add(pointers, (gpointer)ez_frame_text(self));
    }
    return first;
}

static void *
pointers_from(const GPtrArray *pointers, guint first)
{
    return first == 0 ? NULL : pointers->pdata + first - 1;
}

static void
take_task(ez_frame *self, execz_task *task, GPtrArray *pointers)
{
    guint argv, env, options;

    *task = (execz_task){.size = sizeof *task};
    g_ptr_array_set_size(pointers, 0);
    task->kind = ez_frame_u32(self);
    task->id = ez_frame_text(self);
    task->name = ez_frame_text(self);
    task->name = task->name == NULL ? task->id : task->name;
    task->max_instances = ez_frame_u32(self);
    task->priority = (int32_t)ez_frame_u32(self);
    task->misfire_grace_time = ez_frame_i64(self);
    task->timeout = ez_frame_i64(self);
    task->kill_grace = ez_frame_i64(self);
    task->output_limit = ez_frame_u64(self);
    task->module_path = ez_frame_text(self);
    task->function = ez_frame_text(self);
    argv = take_texts(self, pointers);
    env = take_texts(self, pointers);
    task->cwd = ez_frame_text(self);
    task->content_type = ez_frame_text(self);
    task->args = ez_frame_bytes(self, &task->args_length);
    options = take_options(self, pointers, &task->n_options);
    /* Only now does the array stay where it is. */
    task->argv = pointers_from(pointers, argv);
    task->env = pointers_from(pointers, env);
    task->options = pointers_from(pointers, options);
    self->spoilt |= task->id == NULL;
}

/* ---- runs ------------------------------------------------------------------------------------ */

void
ez_parcel_put_run(ez_stream *self, const ez_parcel_run *run)
{
    ez_stream_begin(self, EZ_PARCEL_RUN);
    ez_stream_put_u64(self, run->run);
    ez_stream_put_u32(self, run->attempt);
    ez_stream_put_u32(self, run->source);
    ez_stream_put_i64(self, run->submitted);
    ez_stream_put_u32(self, run->wants_started);
    ez_stream_put_u32(self, run->n);
    for (uint32_t i = 0; i < run->n; i++) {
        ez_stream_put_i64(self, run->times[i]);
    }
    put_task(self, &run->task);
    ez_stream_end(self);
}

bool
ez_parcel_take_run(ez_frame *self, ez_parcel_run *run_out)
{
    run_out->run = ez_frame_u64(self);
    run_out->attempt = ez_frame_u32(self);
    run_out->source = ez_frame_u32(self);
    run_out->submitted = ez_frame_i64(self);
    run_out->wants_started = ez_frame_u32(self);
    run_out->n = ez_frame_u32(self);
    if (run_out->n < 1 || run_out->n > EXECZ_RUN_TIMES_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < run_out->n; i++) {
        run_out->times[i] = ez_frame_i64(self);
    }
    take_task(self, &run_out->task, run_out->pointers);
    return ez_frame_is_whole(self);
}

/* ---- start ----------------------------------------------------------------------------------- */

void
ez_parcel_put_start(ez_stream *self, const ez_parcel_start *start)
{
    ez_stream_begin(self, EZ_PARCEL_START);
    ez_stream_put_u32(self, EZ_PARCEL_VERSION);
    ez_stream_put_text(self, EXECZ_VERSION);
    ez_stream_put_text(self, start->alias);
    ez_stream_put_text(self, start->path);
    ez_stream_put_text(self, start->part);
    ez_stream_put_text(self, start->function_path);
    ez_stream_put_u32(self, start->log_level);
    ez_stream_put_i64(self, start->patience);
    ez_stream_put_u32(self, start->n_options);
    for (uint32_t i = 0; i < start->n_options; i++) {
        ez_stream_put_text(self, start->options[i].key);
        ez_stream_put_text(self, start->options[i].value);
    }
    ez_stream_end(self);
}

bool
ez_parcel_take_start(ez_frame *self, ez_parcel_start *start_out)
{
    uint32_t version = ez_frame_u32(self);
    const char *text = ez_frame_text(self);
    execz_pair *pairs;

    *start_out = (ez_parcel_start){0};
    if (version != EZ_PARCEL_VERSION || g_strcmp0(text, EXECZ_VERSION) != 0) {
        return false;
    }
    start_out->alias = ez_frame_text(self);
    start_out->path = ez_frame_text(self);
    start_out->part = ez_frame_text(self);
    start_out->function_path = ez_frame_text(self);
    start_out->log_level = ez_frame_u32(self);
    start_out->patience = ez_frame_i64(self);
    start_out->n_options = ez_frame_u32(self);
    if (!has_room(self, start_out->n_options) || start_out->alias == NULL ||
        start_out->path == NULL || start_out->part == NULL) {
        return false;
    }
    pairs = g_new0(execz_pair, start_out->n_options + 1);
    for (uint32_t i = 0; i < start_out->n_options; i++) {
        pairs[i].key = ez_frame_text(self);
        pairs[i].value = ez_frame_text(self);
    }
    start_out->options = pairs;
    return ez_frame_is_whole(self);
}

/* ---- results --------------------------------------------------------------------------------- */

/* Leaves out what would make the frame too long; a megabyte is for what is short. */
static void
put_long(ez_stream *self, const char *text, uint64_t length)
{
    uint64_t used = ez_stream_waiting(self) - self->begun;
    bool fits = text != NULL && used + length <= EZ_FRAME_MAX - (UINT64_C(1) << 20);

    ez_stream_put_bytes(self, fits ? text : NULL, fits ? length : 0);
}

void
ez_parcel_put_result(ez_stream *self, const execz_result *result)
{
    ez_stream_put_u32(self, result->outcome);
    ez_stream_put_i64(self, result->run_time);
    ez_stream_put_i64(self, result->started);
    ez_stream_put_i64(self, result->finished);
    ez_stream_put_u32(self, (uint32_t)result->exit_status);
    ez_stream_put_u32(self, (uint32_t)result->signal);
    ez_stream_put_text(self, result->message);
    put_long(self, result->value, result->value_length);
    put_long(self, result->output, result->output_length);
    ez_stream_put_u64(self, result->output_dropped);
    ez_stream_put_i64(self, result->cpu_user);
    ez_stream_put_i64(self, result->cpu_system);
    ez_stream_put_u64(self, result->max_rss);
}

void
ez_parcel_take_result(ez_frame *self, execz_result *result_out)
{
    *result_out = (execz_result){.size = sizeof *result_out};
    result_out->outcome = ez_frame_u32(self);
    result_out->run_time = ez_frame_i64(self);
    result_out->started = ez_frame_i64(self);
    result_out->finished = ez_frame_i64(self);
    result_out->exit_status = (int32_t)ez_frame_u32(self);
    result_out->signal = (int32_t)ez_frame_u32(self);
    result_out->message = ez_frame_text(self);
    result_out->value = ez_frame_bytes(self, &result_out->value_length);
    result_out->output = ez_frame_bytes(self, &result_out->output_length);
    result_out->output_dropped = ez_frame_u64(self);
    result_out->cpu_user = ez_frame_i64(self);
    result_out->cpu_system = ez_frame_i64(self);
    result_out->max_rss = ez_frame_u64(self);
}

void
ez_parcel_put_error(ez_stream *self, const execz_error *err)
{
    ez_stream_put_u32(self, (uint32_t)err->status);
    ez_stream_put_text(self, err->code);
    ez_stream_put_text(self, err->message);
}

void
ez_parcel_take_error(ez_frame *self, execz_error *err)
{
    execz_status status = (execz_status)ez_frame_u32(self);
    const char *code = ez_frame_text(self);
    const char *message = ez_frame_text(self);

    ez_fail_code(err, status != EXECZ_OK ? status : EXECZ_E_FAIL, code == NULL ? "" : code, "%s",
                 message == NULL ? "" : message);
}
