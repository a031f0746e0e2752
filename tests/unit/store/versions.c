/* SPDX-License-Identifier: MIT */
/* Databases of earlier versions of the store sqlite, as they lie on disks. */
#include "bed.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <sqlite3.h>

static const char version_1[] =
    "CREATE TABLE task (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE next_run (task TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE occurrence (task TEXT NOT NULL, run_time INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (task, run_time))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE history (id INTEGER PRIMARY KEY, task TEXT NOT NULL, run_time INTEGER NOT NULL,"
    " attempt INTEGER NOT NULL, outcome INTEGER NOT NULL, finished INTEGER NOT NULL,"
    " record TEXT NOT NULL, output BLOB) STRICT;"
    "CREATE INDEX history_of_task ON history (task, id);"
    "CREATE INDEX history_failed ON history (id) WHERE outcome <> 1;"
    "CREATE TABLE quarantine (id TEXT PRIMARY KEY, record TEXT NOT NULL, at INTEGER NOT NULL,"
    " reason TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO task VALUES ('a', '{\"v\":1}');"
    "INSERT INTO next_run VALUES ('a', 30);"
    "INSERT INTO occurrence VALUES ('a', 20, 2, '{\"v\":1,\"executor\":\"x\"}');"
    "INSERT INTO history VALUES (11, 'a', 10, 1, 1, 11, '{\"v\":1,\"executor\":\"x\"}', NULL);"
    "PRAGMA application_id=1163412314; PRAGMA user_version=1;";

static void
make(bed *self, const char *sql)
{
    g_autofree char *path = g_build_filename(self->directory, "execz.db", NULL);
    sqlite3 *db = NULL;
    char *message = NULL;

    cr_assert(sqlite3_open(path, &db) == SQLITE_OK);
    cr_assert(sqlite3_exec(db, sql, NULL, NULL, &message) == SQLITE_OK, "%s", message);
    sqlite3_close(db);
}

static int32_t
see_task(void *user, const execz_store_task *task)
{
    g_string_append_printf(user, "%s@%d ", task->task, (int)task->next_run);
    return 0;
}

static int32_t
see_open(void *user, const execz_store_occurrence *open)
{
    g_string_append_printf(user, "%s/%d#%u waits=%u ", open->task, (int)open->run_time,
                           open->attempt, open->waits);
    return 0;
}

static void
see_record(void *user, const execz_history_record *record)
{
    g_string_append_printf(user, "%s/%d=%s ", record->task, (int)record->scheduled,
                           execz_outcome_name(record->outcome));
}

Test(store, what_version_1_has_kept_is_all_there_and_goes_on)
{
    bed self = bed_new();
    execz_history_filter filter = {.size = sizeof filter,
                                   .outcomes = EXECZ_HISTORY_ANY,
                                   .task = "a",
                                   .scheduled = EXECZ_TIME_NEVER,
                                   .until = EXECZ_TIME_NEVER,
                                   .limit = 100};

    make(&self, version_1);
    bed_open(&self, bed_for_ever, 1);
    cr_assert(ez_store_load(self.store, see_task, see_open, self.seen, NULL) == EXECZ_OK);
    cr_expect(eq(str, self.seen->str, (char *)"a@30 a/20#2 waits=0 "));
    bed_occurrence(&self, EXECZ_STORE_END, "a", 20, 2, EXECZ_OUTCOME_ERROR);
    bed_commit(&self);
    bed_reopen(&self);
    g_string_truncate(self.seen, 0);
    cr_assert(ez_store_history(self.store, &filter, see_record, self.seen, NULL) == EXECZ_OK);
    cr_expect(eq(str, self.seen->str, (char *)"a/20=error a/10=ok "));
    bed_free(&self);
}

/* Damaged, or written by somebody else. */
Test(store, an_end_with_an_impossible_number_is_not_counted_on_from)
{
    bed self = bed_new();
    execz_history_filter filter = {.size = sizeof filter,
                                   .outcomes = EXECZ_HISTORY_ANY,
                                   .scheduled = EXECZ_TIME_NEVER,
                                   .until = EXECZ_TIME_NEVER,
                                   .limit = 10};
    g_autoptr(GString) seen = g_string_new(NULL);

    bed_open(&self, bed_for_ever, 1);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "a", 1, 1, EXECZ_OUTCOME_OK);
    bed_commit(&self);
    g_clear_pointer(&self.store, ez_store_free);
    make(&self, "UPDATE history SET id = 9223372036854775806");
    bed_open(&self, bed_for_ever, 1);
    bed_occurrence(&self, EXECZ_STORE_NOTE, "a", 2, 1, EXECZ_OUTCOME_OK);
    bed_commit(&self);
    cr_assert(ez_store_history(self.store, &filter, see_record, seen, NULL) == EXECZ_OK);
    cr_expect(eq(str, seen->str, (char *)"a/1=ok a/2=ok "));
    bed_free(&self);
}

Test(store, what_a_newer_version_has_written_is_refused)
{
    bed self = bed_new();

    bed_open(&self, bed_for_ever, 1);
    g_clear_pointer(&self.store, ez_store_free);
    make(&self, "PRAGMA user_version=99");
    bed_expect_refusal(&self, "newer execz");
    bed_free(&self);
}

Test(store, another_programs_database_is_refused)
{
    bed self = bed_new();

    bed_open(&self, bed_for_ever, 1);
    g_clear_pointer(&self.store, ez_store_free);
    make(&self, "PRAGMA application_id=1297041989");
    bed_expect_refusal(&self, "another program's");
    bed_free(&self);
}
