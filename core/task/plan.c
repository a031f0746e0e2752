/* SPDX-License-Identifier: MIT */
/* A plan is known by a record of all it is made of: the numbers of its spec, the defaults filled in, and
 * behind them the texts, each with its end.  The same bytes are the key by which it is found and the place
 * where its texts are kept.  What is found was checked when it was made.
 *
 * A new number of the spec is in the record without further ado; a text has to be told in write_texts()
 * and read in the same order by read_texts(). */
#include "task/plan.h"

#include "task/check.h"

#include <string.h>

#include <glib.h>

static const execz_duration default_kill_grace = 5 * EXECZ_SECOND;
static const execz_duration default_misfire_grace_time = EXECZ_HOUR;
static const uint64_t default_output_limit = 64 * 1024;

/* ---- its record ------------------------------------------------------------------------------ */

/* Where the numbers of a spec lie; n_options is the first, and retry_never is not one. */
#define NUMBERS offsetof(execz_task_spec, n_options)
#define POINTER offsetof(execz_task_spec, retry_never)
#define NUMBERS_AGAIN offsetof(execz_task_spec, n_retry_never)

typedef struct record {
    char numbers[POINTER - NUMBERS];
    char more_numbers[sizeof(execz_task_spec) - NUMBERS_AGAIN];
    uint64_t n_argv, n_env;
    uint32_t max_instances;
    uint32_t texts; /* a bit for each that there is */
} record;

/* What a record is written to. */
typedef struct writer {
    char *bytes; /* owned, unless it is fixed */
    size_t length, capacity;
    char fixed[768]; /* of most records */
} writer;

static void
write_bytes(writer *self, const void *bytes, size_t length)
{
    if (length > self->capacity - self->length) {
        char *old = self->bytes;

        self->capacity = (self->capacity + length) * 2;
        self->bytes = g_malloc(self->capacity);
        memcpy(self->bytes, old, self->length);
        if (old != self->fixed) {
            g_free(old);
        }
    }
    memcpy(self->bytes + self->length, bytes, length);
    self->length += length;
}

static void
write_text(writer *self, const char *text)
{
    if (text != NULL) {
        write_bytes(self, text, strlen(text) + 1);
    }
}

static size_t
count_texts(const char *const *texts)
{
    size_t n = 0;

    while (texts != NULL && texts[n] != NULL) {
        n++;
    }
    return n;
}

static void
write_texts(writer *self, const execz_task_spec *spec)
{
    write_text(self, spec->executor);
    write_text(self, spec->function);
    write_text(self, spec->shell);
    write_text(self, spec->cwd);
    for (size_t i = 0; spec->argv != NULL && spec->argv[i] != NULL; i++) {
        write_text(self, spec->argv[i]);
    }
    for (size_t i = 0; spec->env != NULL && spec->env[i] != NULL; i++) {
        write_text(self, spec->env[i]);
    }
    for (size_t i = 0; i < spec->n_options; i++) {
        write_text(self, spec->options[i].key);
        write_text(self, spec->options[i].value);
    }
    /* Only to tell records apart; what is beyond the limit is refused. */
    if (spec->retry_never != NULL && spec->n_retry_never <= EXECZ_RETRY_NEVER_MAX) {
        write_bytes(self, spec->retry_never, spec->n_retry_never * sizeof spec->retry_never[0]);
    }
}

/* A limit that is wrong stays: it must not look like the one of another plan. */
static void
fill_in_overlap(execz_task_spec *spec, const ez_task_defaults *defaults)
{
    if (spec->overlap == EXECZ_OVERLAP_DEFAULT && spec->overlap_limit == 0) {
        spec->overlap_limit = defaults->overlap_limit;
        spec->overlap =
            defaults->overlap == EXECZ_OVERLAP_DEFAULT ? EXECZ_OVERLAP_SKIP : defaults->overlap;
    }
    if (spec->overlap == EXECZ_OVERLAP_QUEUE) {
        spec->overlap_limit = MAX(1, spec->overlap_limit);
    }
}

static void
fill_in(execz_task_spec *spec, const ez_task_defaults *defaults)
{
    fill_in_overlap(spec, defaults);
    if (spec->misfire_grace_time == EXECZ_UNSET) {
        spec->misfire_grace_time = defaults->misfire_grace_time == EXECZ_UNSET
                                       ? default_misfire_grace_time
                                       : defaults->misfire_grace_time;
    }
    if (spec->max_instances == 0) {
        spec->max_instances = MAX(1, defaults->max_instances);
    }
    if (spec->coalesce == EXECZ_COALESCE_DEFAULT) {
        spec->coalesce = defaults->coalesce == EXECZ_COALESCE_DEFAULT ? EXECZ_COALESCE_LATEST
                                                                      : defaults->coalesce;
    }
    if (spec->delivery == EXECZ_DELIVERY_DEFAULT) {
        spec->delivery = EXECZ_DELIVERY_AT_MOST_ONCE;
    }
    if (spec->kill_grace == EXECZ_UNSET) {
        spec->kill_grace = default_kill_grace;
    }
    if (spec->output_limit == 0) {
        spec->output_limit = default_output_limit;
    }
}

static uint32_t
list_texts(const execz_task_spec *spec)
{
    return (spec->executor != NULL ? 1u : 0u) | (spec->function != NULL ? 2u : 0u) |
           (spec->shell != NULL ? 4u : 0u) | (spec->cwd != NULL ? 8u : 0u) |
           (spec->argv != NULL ? 16u : 0u) | (spec->env != NULL ? 32u : 0u) |
           (spec->retry_never != NULL ? 64u : 0u);
}

static void
write_record(writer *self, const execz_task_spec *spec)
{
    record head = {
        .n_argv = count_texts(spec->argv),
        .n_env = count_texts(spec->env),
        .max_instances = spec->max_instances,
        .texts = list_texts(spec),
    };

    memcpy(head.numbers, (const char *)spec + NUMBERS, sizeof head.numbers);
    memcpy(head.more_numbers, (const char *)spec + NUMBERS_AGAIN, sizeof head.more_numbers);
    self->bytes = self->fixed;
    self->capacity = sizeof self->fixed;
    self->length = 0;
    write_bytes(self, &head, sizeof head);
    write_texts(self, spec);
}

/* ---- the plan -------------------------------------------------------------------------------- */

/* Room behind the plan: the pointers of its arrays first, and the record behind them. */
typedef struct reader {
    const char **pointers;
    const char *text;
} reader;

static const char *
read_text(reader *self, bool is_there)
{
    const char *text = self->text;

    if (!is_there) {
        return NULL;
    }
    self->text += strlen(text) + 1;
    return text;
}

static const char *const *
read_array(reader *self, size_t n)
{
    const char **array = self->pointers;

    for (size_t i = 0; i < n; i++) {
        array[i] = read_text(self, true);
    }
    array[n] = NULL;
    self->pointers += n + 1;
    return array;
}

static const char *const *
read_shell(reader *self, const char *line)
{
    const char **array = self->pointers;

    array[0] = "/bin/sh";
    array[1] = "-c";
    array[2] = line;
    array[3] = NULL;
    self->pointers += 4;
    return array;
}

static void
read_options(reader *self, ez_plan *plan, size_t n)
{
    execz_pair *options = (execz_pair *)(void *)self->pointers;

    for (size_t i = 0; i < n; i++) {
        options[i].key = read_text(self, true);
        options[i].value = read_text(self, true);
    }
    plan->abi.options = n == 0 ? NULL : options;
    plan->abi.n_options = n;
    self->pointers += 2 * n;
}

static void
read_texts(reader *self, ez_plan *plan, const execz_task_spec *spec, const record *head)
{
    const char *executor = read_text(self, spec->executor != NULL);
    const char *shell;

    plan->executor = executor != NULL ? executor : EZ_DEFAULT_EXECUTOR;
    plan->abi.function = read_text(self, spec->function != NULL);
    shell = read_text(self, spec->shell != NULL);
    plan->abi.cwd = read_text(self, spec->cwd != NULL);
    if (shell != NULL) {
        plan->abi.argv = read_shell(self, shell);
    } else if (spec->argv != NULL) {
        plan->abi.argv = read_array(self, head->n_argv);
    }
    if (spec->env != NULL) {
        plan->abi.env = read_array(self, head->n_env);
    }
    read_options(self, plan, spec->n_options);
}

static void
read_policy(ez_plan *self, const execz_task_spec *spec)
{
    self->abi.misfire_grace_time = spec->misfire_grace_time;
    self->abi.max_instances = spec->max_instances;
    self->abi.priority = spec->priority;
    self->abi.timeout = spec->timeout;
    self->abi.kill_grace = spec->kill_grace;
    self->abi.output_limit = spec->output_limit;
    self->coalesce = spec->coalesce;
    self->overlap = spec->overlap;
    self->overlap_limit = spec->overlap_limit;
    self->delivery = spec->delivery;
    self->origin = spec->origin;
}

static ez_plan *
plan_new(const writer *from, const execz_task_spec *spec, const char **key_out)
{
    const record *head = (const record *)(const void *)from->bytes;
    size_t n_pointers = 4 + head->n_argv + 1 + head->n_env + 1 + 2 * spec->n_options;
    ez_plan *self = g_malloc0(sizeof *self + n_pointers * sizeof(char *) + from->length);
    reader behind = {(const char **)(self + 1), NULL};
    char *key = (char *)(behind.pointers + n_pointers);

    memcpy(key, from->bytes, from->length);
    behind.text = key + sizeof *head;
    self->abi.size = sizeof self->abi;
    self->abi.kind = spec->function != NULL ? EXECZ_TASK_FUNCTION : EXECZ_TASK_COMMAND;
    self->abi.content_type = "application/json";
    read_texts(&behind, self, spec, head);
    read_policy(self, spec);
    self->retry = ez_retry_policy_new(spec);
    *key_out = key;
    return self;
}

static void
plan_free(void *data)
{
    ez_plan *self = data;

    g_free(self->retry);
    g_free(self);
}

ez_plan *
ez_plan_get(ez_intern_table *table, const execz_task_spec *spec, const ez_task_defaults *defaults,
            execz_error *err)
{
    execz_task_spec whole = *spec;
    writer written;
    ez_plan *self;

    fill_in(&whole, defaults);
    write_record(&written, &whole);
    self = (ez_plan *)ez_intern_find(table, written.bytes, written.length);
    if (self == NULL && ez_task_check_plan(spec, err)) {
        const char *key;

        self = plan_new(&written, &whole, &key);
        self = (ez_plan *)ez_intern_add(table, &self->interned, key, written.length, plan_free);
    }
    if (written.bytes != written.fixed) {
        g_free(written.bytes);
    }
    return self;
}

ez_plan *
ez_plan_ref(ez_plan *self)
{
    ez_interned_ref(&self->interned);
    return self;
}

void
ez_plan_unref(ez_plan *self)
{
    ez_interned_unref((ez_interned *)self, plan_free);
}
