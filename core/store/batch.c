/* SPDX-License-Identifier: MIT */
#include "store/batch.h"

#include "store/history.h"
#include "store/record.h"

#include <string.h>

void
ez_batch_init(ez_batch *self)
{
    *self = (ez_batch){
        .changes = g_array_new(FALSE, FALSE, sizeof(execz_store_change)),
        .texts = g_string_new(NULL),
        .sealed = g_ptr_array_new(),
        .addressed = g_array_new(FALSE, FALSE, sizeof(execz_store_change)),
    };
}

void
ez_batch_deinit(ez_batch *self)
{
    g_array_unref(self->changes);
    g_string_free(self->texts, TRUE);
    g_ptr_array_unref(self->sealed);
    g_array_unref(self->addressed);
}

void
ez_batch_clear(ez_batch *self)
{
    g_array_set_size(self->changes, 0);
    g_array_set_size(self->addressed, 0);
    g_ptr_array_set_size(self->sealed, 0);
    g_string_truncate(self->texts, 0);
    self->dropped = 0;
}

/* An offset in the place of an address; 0 is NULL. */
static const char *
offset(size_t at)
{
    return (const char *)(uintptr_t)(at + 1);
}

static const char *
keep(ez_batch *self, const char *bytes, size_t length)
{
    size_t at = self->texts->len;

    if (bytes == NULL) {
        return NULL;
    }
    g_string_append_len(self->texts, bytes, (gssize)length);
    g_string_append_c(self->texts, '\0');
    return offset(at);
}

static execz_store_change *
add(ez_batch *self, uint32_t kind, const char *task)
{
    execz_store_change change = {
        .size = sizeof change,
        .kind = kind,
        .task = keep(self, task, strlen(task)),
    };

    g_array_append_val(self->changes, change);
    return &g_array_index(self->changes, execz_store_change, self->changes->len - 1);
}

void
ez_batch_task(ez_batch *self, uint32_t kind, const char *task, execz_time next_run,
              const char *record)
{
    execz_store_change *change = add(self, kind, task);

    change->next_run = next_run;
    if (record != NULL) {
        change->record_length = strlen(record);
        change->record = keep(self, record, change->record_length);
    }
}

static void
keep_output(ez_batch *self, execz_store_change *change, const execz_history_record *record)
{
    change->output = keep(self, record->output, record->output_length);
    change->output_length = record->output == NULL ? 0 : record->output_length;
}

/* NULL if there is no room. */
static execz_store_change *
add_occurrence(ez_batch *self, uint32_t kind, const execz_history_record *given, uint32_t restarts)
{
    bool ends = kind == EXECZ_STORE_END || kind == EXECZ_STORE_NOTE;
    execz_history_record record = *given;
    g_autofree G_GNUC_UNUSED char *cut = ez_history_shorten(&record);
    execz_store_change *change;
    size_t at;

    if (self->changes->len >= EZ_BATCH_CHANGES_MAX || self->texts->len >= EZ_BATCH_BYTES_MAX) {
        self->dropped += ends;
        return NULL;
    }
    change = add(self, kind, record.task);
    change->run_time = record.scheduled;
    change->attempt = record.attempt;
    if (kind == EXECZ_STORE_COVER) {
        return change;
    }
    at = self->texts->len;
    ez_record_append_occurrence(self->texts, &record, restarts);
    change->record = offset(at);
    change->record_length = self->texts->len - at;
    g_string_append_c(self->texts, '\0');
    if (ends) {
        change->finished = record.finished;
        change->outcome = record.outcome;
        keep_output(self, change, &record);
    }
    return change;
}

void
ez_batch_occurrence(ez_batch *self, uint32_t kind, const execz_history_record *given)
{
    (void)add_occurrence(self, kind, given, 0);
}

void
ez_batch_open(ez_batch *self, const execz_history_record *given, bool waits, uint32_t restarts)
{
    execz_store_change *change = add_occurrence(self, EXECZ_STORE_OPEN, given, restarts);

    if (change != NULL) {
        change->waits = waits;
    }
}

static const char *
address(const ez_batch *self, const char *kept)
{
    return kept == NULL ? NULL : self->texts->str + ((uintptr_t)kept - 1);
}

const execz_store_change *const *
ez_batch_seal(ez_batch *self)
{
    guint n = self->changes->len;

    g_array_set_size(self->addressed, n);
    g_ptr_array_set_size(self->sealed, (gint)n);
    for (guint i = 0; i < n; i++) {
        execz_store_change *change = &g_array_index(self->addressed, execz_store_change, i);

        *change = g_array_index(self->changes, execz_store_change, i);
        change->task = address(self, change->task);
        change->record = address(self, change->record);
        change->output = address(self, change->output);
        self->sealed->pdata[i] = change;
    }
    return (const execz_store_change *const *)(const void *)self->sealed->pdata;
}
