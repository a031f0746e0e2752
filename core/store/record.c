/* SPDX-License-Identifier: MIT */
#include "store/record.h"

#include "base/error.h"
#include "store/text.h"
#include "task/spec.h"
#include "trigger/text.h"

#include <inttypes.h>

#include <jansson.h>

void
ez_task_state_clear(ez_task_state *self)
{
    ez_trigger_unref(self->phase);
    g_free(self->pause_reason);
    *self = (ez_task_state){0};
}

/* ---- the numbers of a spec ------------------------------------------------------------------- */

enum width { U32, I32, U64, I64 };

typedef struct number {
    const char *name;
    size_t at; /* in execz_task_spec */
    enum width width;
    int64_t usual; /* as in EXECZ_TASK_SPEC_INIT: then it is left out */
} number;

#define AT(field) #field, offsetof(execz_task_spec, field)

static const number numbers[] = {
    {AT(max_instances), U32, 0},
    {AT(misfire_grace_time), I64, EXECZ_UNSET},
    {AT(timeout), I64, 0},
    {AT(kill_grace), I64, EXECZ_UNSET},
    {AT(output_limit), U64, 0},
    {AT(coalesce), U32, 0},
    {AT(priority), I32, 0},
    {AT(overlap), U32, 0},
    {AT(overlap_limit), U32, 0},
    {AT(max_attempts), U32, 0},
    {AT(retry_on), U32, 0},
    {AT(retry_factor), U32, 0},
    {AT(retry_jitter), U32, 0},
    {AT(retry_delay), I64, EXECZ_UNSET},
    {AT(retry_max_delay), I64, EXECZ_UNSET},
    {AT(delivery), U32, 0},
    {AT(origin), U32, 0},
};

static int64_t
get_number(const execz_task_spec *spec, const number *one)
{
    const void *at = (const char *)spec + one->at;

    switch (one->width) {
    case U32:
        return *(const uint32_t *)at;
    case I32:
        return *(const int32_t *)at;
    default:
        return *(const int64_t *)at; /* no number of a spec needs the highest bit of a U64 */
    }
}

static execz_status
set_number(execz_task_spec *spec, const number *one, int64_t value, execz_error *err)
{
    void *at = (char *)spec + one->at;

    if ((one->width == U32 && (value < 0 || value > UINT32_MAX)) ||
        (one->width == I32 && (value < INT32_MIN || value > INT32_MAX)) ||
        (one->width == U64 && value < 0)) {
        return ez_fail(err, EXECZ_E_PARSE,
                       "\"%s\" is %" JSON_INTEGER_FORMAT ", which is out of range", one->name,
                       (json_int_t)value);
    }
    switch (one->width) {
    case U32:
        *(uint32_t *)at = (uint32_t)value;
        break;
    case I32:
        *(int32_t *)at = (int32_t)value;
        break;
    default:
        *(int64_t *)at = value;
    }
    return EXECZ_OK;
}

static void
add_numbers(json_t *record, const execz_task_spec *spec)
{
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        int64_t value = get_number(spec, &numbers[i]);

        if (value != numbers[i].usual) {
            (void)json_object_set_new(record, numbers[i].name, json_integer(value));
        }
    }
    if (spec->n_retry_never > 0) {
        json_t *never = json_array();

        for (uint64_t i = 0; i < spec->n_retry_never; i++) {
            (void)json_array_append_new(never, json_integer(spec->retry_never[i]));
        }
        (void)json_object_set_new(record, "retry_never", never);
    }
}

/* ---- writing a task -------------------------------------------------------------------------- */

static void
add_texts(json_t *record, const execz_task_spec *spec)
{
    ez_text_set(record, "name", spec->name);
    ez_text_set(record, "executor", spec->executor);
    ez_text_set(record, "trigger", spec->trigger);
    ez_text_set(record, "timezone", spec->timezone);
    ez_text_set(record, "function", spec->function);
    ez_text_set(record, "cwd", spec->cwd);
    ez_text_set(record, "args", spec->args);
    ez_text_set_array(record, "argv", spec->argv);
    ez_text_set_array(record, "env", spec->env);
    if (spec->n_options > 0) {
        json_t *options = json_array();

        for (uint64_t i = 0; i < spec->n_options; i++) {
            json_t *pair = json_array();

            (void)json_array_append_new(pair, ez_text_new(spec->options[i].key));
            (void)json_array_append_new(pair, ez_text_new(spec->options[i].value));
            (void)json_array_append_new(options, pair);
        }
        (void)json_object_set_new(record, "options", options);
    }
}

static void
add_state(json_t *record, const ez_task_state *state)
{
    if (state->phase != NULL) {
        g_autofree char *phase = ez_trigger_format(state->phase);

        ez_text_set(record, "phase", phase);
    }
    if (state->paused) {
        json_t *pause = json_object();

        ez_text_set(pause, "reason", state->pause_reason);
        (void)json_object_set_new(pause, "until", json_integer(state->paused_until));
        (void)json_object_set_new(record, "paused", pause);
    }
}

char *
ez_record_format_task(const ez_task *task, const ez_task_state *state)
{
    json_t *record = json_object();
    execz_task_spec spec;
    char *dumped, *text;

    ez_task_get_spec(task, &spec);
    (void)json_object_set_new(record, "v", json_integer(EZ_RECORD_VERSION));
    (void)json_object_set_new(record, "id", ez_text_new(spec.id));
    add_texts(record, &spec);
    add_numbers(record, &spec);
    add_state(record, state);
    dumped = json_dumps(record, JSON_COMPACT);
    text = g_strdup(dumped);
    free(dumped);
    json_decref(record);
    return text;
}

/* ---- reading a task -------------------------------------------------------------------------- */

/* What the fields of a spec point to while it is read. */
typedef struct reading {
    const json_t *record;
    ez_text_arena *arena;
    execz_task_spec spec;
    execz_error *err;
} reading;

static execz_status
read_numbers(reading *self)
{
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const json_t *value = json_object_get(self->record, numbers[i].name);
        execz_status status = EXECZ_OK;

        if (value != NULL && !json_is_integer(value)) {
            status =
                ez_fail(self->err, EXECZ_E_PARSE, "\"%s\" is no whole number", numbers[i].name);
        } else if (value != NULL) {
            status = set_number(&self->spec, &numbers[i], json_integer_value(value), self->err);
        }
        if (status != EXECZ_OK) {
            return status;
        }
    }
    return EXECZ_OK;
}

static execz_status
read_never(reading *self)
{
    const json_t *array = json_object_get(self->record, "retry_never");
    size_t n = json_array_size(array);
    int32_t *never;

    if (array == NULL) {
        return EXECZ_OK;
    }
    never = ez_text_arena_new(self->arena, (n + 1) * sizeof never[0]);
    for (size_t i = 0; i < n; i++) {
        json_int_t status = json_integer_value(json_array_get(array, i));

        if (!json_is_integer(json_array_get(array, i)) || status < INT32_MIN ||
            status > INT32_MAX) {
            return ez_fail(self->err, EXECZ_E_PARSE, "\"retry_never\" is no list of numbers");
        }
        never[i] = (int32_t)status;
    }
    self->spec.retry_never = never;
    self->spec.n_retry_never = n;
    return EXECZ_OK;
}

static execz_status
read_options(reading *self)
{
    const json_t *array = json_object_get(self->record, "options");
    size_t n = json_array_size(array);
    execz_pair *options = ez_text_arena_new(self->arena, (n + 1) * sizeof options[0]);

    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(array, i);

        options[i].key = ez_text_read(self->arena, json_array_get(pair, 0));
        options[i].value = ez_text_read(self->arena, json_array_get(pair, 1));
        if (options[i].key == NULL || options[i].value == NULL) {
            return ez_fail(self->err, EXECZ_E_PARSE, "\"options\" is no list of pairs");
        }
    }
    self->spec.options = n > 0 ? options : NULL;
    self->spec.n_options = n;
    return EXECZ_OK;
}

static execz_status
read_texts(reading *self)
{
    const struct {
        const char *name, **out;
    } texts[] = {
        {"id", &self->spec.id},
        {"name", &self->spec.name},
        {"executor", &self->spec.executor},
        {"trigger", &self->spec.trigger},
        {"timezone", &self->spec.timezone},
        {"function", &self->spec.function},
        {"cwd", &self->spec.cwd},
        {"args", &self->spec.args},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        const json_t *value = json_object_get(self->record, texts[i].name);

        *texts[i].out = ez_text_read(self->arena, value);
        if (value != NULL && *texts[i].out == NULL) {
            return ez_fail(self->err, EXECZ_E_PARSE, "\"%s\" is no text", texts[i].name);
        }
    }
    if (!ez_text_read_array(self->arena, json_object_get(self->record, "argv"), &self->spec.argv) ||
        !ez_text_read_array(self->arena, json_object_get(self->record, "env"), &self->spec.env)) {
        return ez_fail(self->err, EXECZ_E_PARSE, "\"argv\" or \"env\" is no list of texts");
    }
    return read_options(self);
}

/* The spec without anything that a reader would have to guess. */
static execz_status
read_spec(reading *self)
{
    execz_status status = read_texts(self);

    if (status == EXECZ_OK) {
        status = read_numbers(self);
    }
    return status == EXECZ_OK ? read_never(self) : status;
}

static execz_status
read_state(reading *self, ez_task_state *state_out)
{
    const char *phase = ez_text_read(self->arena, json_object_get(self->record, "phase"));
    const json_t *pause = json_object_get(self->record, "paused");
    ez_trigger_defaults defaults = {NULL, EZ_TRIGGER_CHECK_ANCHOR};
    size_t column;

    if (phase != NULL) {
        execz_status status =
            ez_trigger_parse(phase, &defaults, &state_out->phase, &column, self->err);

        if (status != EXECZ_OK) {
            return status;
        }
    }
    if (pause != NULL) {
        const json_t *until = json_object_get(pause, "until");

        if (!json_is_integer(until)) {
            return ez_fail(self->err, EXECZ_E_PARSE, "\"paused\" does not say until when");
        }
        state_out->paused = true;
        state_out->paused_until = json_integer_value(until);
        state_out->pause_reason =
            g_strdup(ez_text_read(self->arena, json_object_get(pause, "reason")));
    }
    return EXECZ_OK;
}

/* The object of a record whose version is known; NULL with err filled. */
static json_t *
load(const char *text, size_t length, execz_error *err)
{
    json_error_t where;
    json_t *record = NULL;
    json_int_t version;

    if (length > EZ_RECORD_MAX) {
        ez_fail(err, EXECZ_E_LIMIT, "the record has %zu bytes; the limit is %" PRIu64, length,
                EZ_RECORD_MAX);
        return NULL;
    }
    record = json_loadb(text, length, JSON_REJECT_DUPLICATES, &where);
    if (!json_is_object(record)) {
        ez_fail(err, EXECZ_E_PARSE, "it is no JSON object: column %d: %s",
                record == NULL ? where.column : 1, record == NULL ? where.text : "another value");
        json_decref(record);
        return NULL;
    }
    version = json_integer_value(json_object_get(record, "v"));
    if (version < 1) {
        ez_fail(err, EXECZ_E_PARSE,
                "it does not say its version, \"v\": 1 or more, and so is no record of execz");
        json_decref(record);
        return NULL;
    }
    if (version > EZ_RECORD_VERSION) {
        ez_fail(err, EXECZ_E_UNSUPPORTED,
                "it is of version %" JSON_INTEGER_FORMAT
                "; this execz reads versions up to %d, a newer one may read it",
                version, EZ_RECORD_VERSION);
        json_decref(record);
        return NULL;
    }
    return record;
}

ez_task *
ez_record_parse_task(const char *text, size_t length, const ez_task_tables *tables,
                     ez_task_state *state_out, execz_error *err)
{
    static const ez_task_defaults none = {.timezone = "UTC", .misfire_grace_time = EXECZ_UNSET};
    g_auto(ez_task_state) state = {0};
    json_t *record = load(text, length, err);
    ez_task *task = NULL;
    reading self = {record, NULL, EXECZ_TASK_SPEC_INIT, err};

    if (record == NULL) {
        return NULL;
    }
    self.arena = ez_text_arena_begin();
    if (read_spec(&self) == EXECZ_OK && read_state(&self, &state) == EXECZ_OK) {
        task = ez_task_new(&self.spec, &none, tables, err);
    }
    ez_text_arena_free(self.arena);
    json_decref(record);
    if (task != NULL) {
        *state_out = state;
        state = (ez_task_state){0};
    }
    return task;
}
