/* SPDX-License-Identifier: MIT */
/* Built in one pass for each run: what comes first wins, and a table of the names seen keeps the
 * later ones out.  The task's texts live as long as the run; ours are copied, for we may change them
 * before the command has read them. */
#include "function/environment.h"

#include "base/error.h"
#include "base/parse.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static size_t
name_length(const char *entry)
{
    return strcspn(entry, "=");
}

/* ---- a set of entries, by name ---- */

static guint
hash_name(gconstpointer entry)
{
    uint32_t hash = 5381;

    for (const char *at = entry; *at != '\0' && *at != '='; at++) {
        hash = hash * 33 + (unsigned char)*at;
    }
    return hash;
}

static gboolean
same_name(gconstpointer a, gconstpointer b)
{
    size_t length = name_length(a);

    return length == name_length(b) && memcmp(a, b, length) == 0;
}

/* Adds entry unless its name is there already. */
static void
add(ez_environment *self, GHashTable *names, const char *entry)
{
    if (g_hash_table_add(names, (gpointer)entry)) {
        g_ptr_array_add(self->entries, (gpointer)entry);
    }
}

/* ---- facts of the run ---- */

EXECZ_PRINTF(3, 4)
static const char *
add_fact(ez_environment *self, GHashTable *names, const char *format, ...)
{
    va_list args;
    char *entry;

    va_start(args, format);
    entry = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(self->facts, entry);
    add(self, names, entry);
    return entry;
}

static execz_status
add_mark(ez_environment *self, GHashTable *names, execz_error *err)
{
    const char *outer = g_getenv(EZ_MARK_NAME);
    uint64_t number;

    if (getrandom(&number, sizeof number, 0) != sizeof number) {
        return ez_fail(err, EXECZ_E_IO, "cannot draw a random number to mark the command with: %s",
                       g_strerror(errno));
    }
    self->mark = add_fact(self, names, EZ_MARK_NAME "=%s%s%016" PRIx64, outer != NULL ? outer : "",
                          outer != NULL ? "/" : "", number) +
                 strlen(EZ_MARK_NAME "=");
    return EXECZ_OK;
}

static void
add_facts(ez_environment *self, GHashTable *names, const ez_body *body)
{
    g_autofree char *scheduled = ez_format_time(body->run_time);

    add_fact(self, names, "EXECZ_TASK=%s", body->task->id);
    add_fact(self, names, "EXECZ_RUN=%" PRIu64, body->run);
    add_fact(self, names, "EXECZ_RUN_KEY=%s@%s", body->task->id, scheduled);
    add_fact(self, names, "EXECZ_SCHEDULED=%s", scheduled);
    add_fact(self, names, "EXECZ_ATTEMPT=%" PRIu32, body->attempt);
    add_fact(self, names, "EXECZ_EXECUTOR=%s", body->executor);
    if (body->deadline != EXECZ_TIME_NEVER) {
        g_autofree char *deadline = ez_format_time(body->deadline);

        add_fact(self, names, "EXECZ_DEADLINE=%s", deadline);
    } else {
        g_hash_table_add(names, (gpointer) "EXECZ_DEADLINE"); /* nor that of our own run */
    }
}

/* ---- the whole ---- */

/* The last of several entries with one name wins, so they are taken backwards. */
static execz_status
add_the_tasks(ez_environment *self, GHashTable *names, const char *const *entries, execz_error *err)
{
    size_t n = 0;

    while (entries != NULL && entries[n] != NULL) {
        size_t length = name_length(entries[n]);

        if (length == 0 || entries[n][length] == '\0') {
            return ez_fail(err, EXECZ_E_INVAL, "environment entry '%s' is not NAME=value",
                           entries[n]);
        }
        n++;
    }
    while (n > 0) {
        add(self, names, entries[--n]);
    }
    return EXECZ_OK;
}

/* Ours, in one block. */
static void
add_ours(ez_environment *self, GHashTable *names)
{
    guint first = self->entries->len;
    size_t length = 0;
    char *at;

    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        add(self, names, *entry);
    }
    for (guint i = first; i < self->entries->len; i++) {
        length += strlen(self->entries->pdata[i]) + 1;
    }
    at = self->ours = g_malloc(length);
    for (guint i = first; i < self->entries->len; i++) {
        const char *entry = self->entries->pdata[i];

        self->entries->pdata[i] = at;
        at = stpcpy(at, entry) + 1;
    }
}

execz_status
ez_environment_init(ez_environment *self, const ez_body *body, execz_error *err)
{
    g_autoptr(GHashTable) names = g_hash_table_new(hash_name, same_name);
    execz_status status;

    *self = (ez_environment){.entries = g_ptr_array_sized_new(64),
                             .facts = g_ptr_array_new_with_free_func(g_free)};
    status = add_mark(self, names, err);
    if (status == EXECZ_OK) {
        add_facts(self, names, body);
        status = add_the_tasks(self, names, body->task->env, err);
    }
    add_ours(self, names);
    g_ptr_array_add(self->entries, NULL);
    return status;
}

void
ez_environment_deinit(ez_environment *self)
{
    g_clear_pointer(&self->entries, g_ptr_array_unref);
    g_clear_pointer(&self->facts, g_ptr_array_unref);
    g_clear_pointer(&self->ours, g_free);
}

const char *
ez_environment_find(const ez_environment *self, const char *name)
{
    size_t length = strlen(name);

    for (char *const *entry = ez_environment_entries(self); *entry != NULL; entry++) {
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=') {
            return *entry + length + 1;
        }
    }
    return NULL;
}

char *const *
ez_environment_entries(const ez_environment *self)
{
    return (char *const *)self->entries->pdata;
}
