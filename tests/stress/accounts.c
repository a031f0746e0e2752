/* SPDX-License-Identifier: MIT */
#include "accounts.h"

#include <execz/execz.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <glib.h>

typedef struct account {
    GHashTable *witnessed; /* "task@time" -> how often */
    GHashTable *recorded;  /* the same, as the history has them */
    execz_time first[TASKS], last[TASKS];
    uint64_t records[TASKS], coalesced[TASKS];
    uint64_t outcomes[8];
} account;

static unsigned
count_of(GHashTable *table, const char *key)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(table, key));
}

static void
count_up(GHashTable *table, const char *key)
{
    g_hash_table_insert(table, g_strdup(key), GUINT_TO_POINTER(count_of(table, key) + 1));
}

/* "task@nanoseconds" of a line "task@TIME ATTEMPT"; NULL if it is none. */
static char *
key_of_line(char *line)
{
    char *at = strchr(line, '@'), *blank = strchr(line, ' ');
    g_autoptr(GDateTime) time = NULL;

    if (at == NULL || blank == NULL) {
        return NULL;
    }
    *at = *blank = '\0';
    time = g_date_time_new_from_iso8601(at + 1, NULL);
    return time == NULL
               ? NULL
               : g_strdup_printf("%s@%" G_GINT64_FORMAT, line,
                                 g_date_time_to_unix(time) * EXECZ_SECOND +
                                     g_date_time_get_microsecond(time) * EXECZ_MICROSECOND);
}

static void
read_witness(account *self)
{
    g_autofree char *path = path_of("witness");
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return;
    }
    lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_autofree char *key = key_of_line(*line);

        if (key != NULL) {
            count_up(self->witnessed, key);
        }
    }
}

static char *
key_of(const execz_history_record *record)
{
    return g_strdup_printf("%s@%" G_GINT64_FORMAT, record->task, record->scheduled);
}

static void
take_record(void *user, const execz_history_record *record)
{
    account *self = user;
    g_autofree char *key = key_of(record);
    int task = record->task[1] - '0';
    unsigned seen = count_of(self->witnessed, key);
    bool most = task < TASKS / 2;

    count_up(self->recorded, key);
    self->outcomes[record->outcome & 7]++;
    self->records[task]++;
    if (self->first[task] == 0 || record->scheduled < self->first[task]) {
        self->first[task] = record->scheduled;
    }
    self->last[task] = MAX(self->last[task], record->scheduled);
    self->coalesced[task] += record->coalesced;
    if (most && seen > 1) {
        wrong("%s is at-most-once and has run %u times", key, seen);
    }
    if (!most && record->outcome == EXECZ_OUTCOME_LOST) {
        wrong("%s is at-least-once and lost", key);
    }
    if (record->outcome == EXECZ_OUTCOME_OK && seen == 0) {
        wrong("%s is told as executed and was not seen", key);
    }
    if (count_of(self->recorded, key) > 1) {
        wrong("%s has ended %u times", key, count_of(self->recorded, key));
    }
}

static void
check_witness(account *self)
{
    GHashTableIter at;
    void *key;

    g_hash_table_iter_init(&at, self->witnessed);
    while (g_hash_table_iter_next(&at, &key, NULL)) {
        if (count_of(self->recorded, key) == 0) {
            wrong("%s has run and is not in the history", (const char *)key);
        }
    }
}

static void
check_schedule(const account *self)
{
    for (int i = 0; i < TASKS; i++) {
        uint64_t due = (uint64_t)((self->last[i] - self->first[i]) / INTERVAL) + 1;

        if (self->records[i] + self->coalesced[i] < due) {
            wrong("t%d: %" G_GUINT64_FORMAT " run times were due, %" G_GUINT64_FORMAT
                  " have a record and %" G_GUINT64_FORMAT " are counted on one",
                  i, due, self->records[i], self->coalesced[i]);
        }
    }
}

void
accounts_check(void)
{
    g_autofree char *state = path_of("state");
    execz_scheduler_options options = EXECZ_SCHEDULER_OPTIONS_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    execz_scheduler *scheduler;
    account self = {
        .witnessed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .recorded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
    };

    options.state_dir = state;
    scheduler = execz_scheduler_new(&options, &err);
    read_witness(&self);
    if (scheduler == NULL || execz_scheduler_start_paused(scheduler, &err) != EXECZ_OK ||
        execz_scheduler_check_store(scheduler, &err) != EXECZ_OK ||
        execz_scheduler_history(scheduler, NULL, take_record, &self, &err) != EXECZ_OK) {
        wrong("%s", err.message);
    }
    check_witness(&self);
    check_schedule(&self);
    printf("%u run times seen, %u recorded: %d ok, %d lost, %d skipped, %d cancelled\n",
           g_hash_table_size(self.witnessed), g_hash_table_size(self.recorded),
           (int)self.outcomes[EXECZ_OUTCOME_OK], (int)self.outcomes[EXECZ_OUTCOME_LOST],
           (int)self.outcomes[EXECZ_OUTCOME_SKIPPED], (int)self.outcomes[EXECZ_OUTCOME_CANCELLED]);
    execz_scheduler_free(scheduler);
    g_hash_table_unref(self.witnessed);
    g_hash_table_unref(self.recorded);
}
