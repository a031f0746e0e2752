/* SPDX-License-Identifier: MIT */
#include "store/history.h"

#include "base/error.h"
#include "base/pack.h"

#include <glib.h>
#include <pthread.h>
#include <string.h>

/* A record with its texts behind it. */
typedef struct kept {
    execz_history_record record; /* first */
    guint references;            /* atomic */
    size_t size;                 /* of the block */
    char texts[];
} kept;

struct ez_history {
    size_t bytes_max; /* fixed */

    /* Guarded by lock. */
    pthread_mutex_t lock;
    kept **ring; /* owned; n_max of them */
    uint32_t n_max;
    uint32_t n;
    uint32_t next; /* where the next one goes */
    size_t bytes;
    uint64_t last_id;
};

void
ez_history_unref(void *record)
{
    kept *self = record;

    if (self != NULL && g_atomic_int_dec_and_test((gint *)&self->references)) {
        g_free(self);
    }
}

ez_history *
ez_history_new(uint32_t n, size_t bytes)
{
    ez_history *self = g_new0(ez_history, 1);

    pthread_mutex_init(&self->lock, NULL);
    self->n_max = n;
    self->bytes_max = bytes;
    self->ring = g_new0(kept *, n);
    return self;
}

void
ez_history_free(ez_history *self)
{
    if (self == NULL) {
        return;
    }
    for (uint32_t i = 0; i < self->n_max; i++) {
        ez_history_unref(self->ring[i]);
    }
    g_free(self->ring);
    pthread_mutex_destroy(&self->lock);
    g_free(self);
}

/* ---- keeping --------------------------------------------------------------------------------- */

char *
ez_history_shorten(execz_history_record *record)
{
    const size_t half = EXECZ_HISTORY_OUTPUT_MAX / 2;
    char *cut;

    if (record->value != NULL && strlen(record->value) > EXECZ_HISTORY_OUTPUT_MAX) {
        record->value = NULL;
    }
    if (record->output == NULL || record->output_length <= EXECZ_HISTORY_OUTPUT_MAX) {
        return NULL;
    }
    cut = g_malloc(2 * half);
    memcpy(cut, record->output, half);
    memcpy(cut + half, record->output + record->output_length - half, half);
    record->output = cut;
    record->output_dropped += record->output_length - 2 * half;
    record->output_length = 2 * half;
    return cut;
}

static size_t
length_of(const char *text)
{
    return text == NULL ? 0 : strlen(text);
}

execz_history_record *
ez_history_copy(const execz_history_record *given)
{
    execz_history_record record = *given;
    g_autofree G_GNUC_UNUSED char *cut = ez_history_shorten(&record);
    size_t task = length_of(record.task), executor = length_of(record.executor);
    size_t message = length_of(record.message), value = length_of(record.value);
    size_t output = record.output == NULL ? 0 : record.output_length;
    size_t size = sizeof(kept) + task + executor + message + value + output + 5;
    kept *self = g_malloc(size);
    char *at = self->texts;

    self->record = record;
    self->references = 1;
    self->size = size;
    self->record.task = ez_pack(&at, record.task, task);
    self->record.executor = ez_pack(&at, record.executor, executor);
    self->record.message = ez_pack(&at, record.message, message);
    self->record.value = ez_pack(&at, record.value, value);
    self->record.output = ez_pack(&at, record.output, output);
    return &self->record;
}

static kept **
oldest_locked(ez_history *self)
{
    return &self->ring[(self->next + self->n_max - self->n) % self->n_max];
}

static void
forget_oldest_locked(ez_history *self)
{
    kept **oldest = oldest_locked(self);

    self->bytes -= (*oldest)->size;
    self->n--;
    ez_history_unref(*oldest);
    *oldest = NULL;
}

void
ez_history_add(ez_history *self, const execz_history_record *record)
{
    kept *added;

    if (self->n_max == 0) {
        return;
    }
    added = (kept *)(void *)ez_history_copy(record);
    pthread_mutex_lock(&self->lock);
    added->record.id = self->last_id = ez_history_next_id(self->last_id, record->finished);
    while (self->n > 0 && (self->n == self->n_max || self->bytes + added->size > self->bytes_max)) {
        forget_oldest_locked(self);
    }
    self->ring[self->next] = added;
    self->next = (self->next + 1) % self->n_max;
    self->n++;
    self->bytes += added->size;
    pthread_mutex_unlock(&self->lock);
}

/* ---- asking ---------------------------------------------------------------------------------- */

execz_status
ez_history_read_filter(const execz_history_filter *filter, execz_history_filter *whole_out,
                       execz_error *err)
{
    execz_history_filter whole = EXECZ_HISTORY_FILTER_INIT;

    if (filter != NULL) {
        memcpy(&whole, filter, MIN(filter->size, sizeof whole));
    }
    if ((whole.outcomes & ~EXECZ_HISTORY_ANY) != 0) {
        return ez_fail(err, EXECZ_E_INVAL, "the outcomes 0x%x of the filter are not all outcomes",
                       whole.outcomes);
    }
    if (whole.limit > EXECZ_HISTORY_LIMIT_MAX) {
        return ez_fail(err, EXECZ_E_LIMIT,
                       "%u records are asked for; one answer has at most %u, and `before` goes on "
                       "behind it",
                       whole.limit, EXECZ_HISTORY_LIMIT_MAX);
    }
    whole.limit = whole.limit == 0 ? EXECZ_HISTORY_LIMIT_MAX : whole.limit;
    whole.outcomes = whole.outcomes == 0 ? EXECZ_HISTORY_ANY : whole.outcomes;
    *whole_out = whole;
    return EXECZ_OK;
}

bool
ez_history_matches(const execz_history_filter *filter, const execz_history_record *record)
{
    return (filter->outcomes & EXECZ_HISTORY_OF(record->outcome)) != 0 &&
           (filter->id == 0 || filter->id == record->id) &&
           (filter->before == 0 || record->id < filter->before) &&
           record->finished >= filter->since &&
           (filter->until == EXECZ_TIME_NEVER || record->finished < filter->until) &&
           (filter->scheduled == EXECZ_TIME_NEVER || filter->scheduled == record->scheduled) &&
           (filter->task == NULL || strcmp(filter->task, record->task) == 0);
}

/* References to what filter names, the newest first. */
static GPtrArray *
collect(ez_history *self, const execz_history_filter *filter)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(ez_history_unref);

    pthread_mutex_lock(&self->lock);
    for (uint32_t i = 1; i <= self->n && found->len < filter->limit; i++) {
        kept *one = self->ring[(self->next + self->n_max - i) % self->n_max];

        if (ez_history_matches(filter, &one->record)) {
            g_atomic_int_inc((gint *)&one->references);
            g_ptr_array_add(found, one);
        }
    }
    pthread_mutex_unlock(&self->lock);
    return found;
}

void
ez_history_tell(const GPtrArray *records, const execz_history_filter *filter,
                execz_history_function visit, void *user)
{
    for (guint i = 0; i < records->len; i++) {
        execz_history_record record = *(const execz_history_record *)records->pdata[i];

        if (filter->output == 0) {
            record.value = NULL;
            record.output = NULL;
            record.output_length = 0;
        }
        visit(user, &record);
    }
}

void
ez_history_query(ez_history *self, const execz_history_filter *filter, execz_history_function visit,
                 void *user)
{
    g_autoptr(GPtrArray) found = collect(self, filter);

    ez_history_tell(found, filter, visit, user);
}
