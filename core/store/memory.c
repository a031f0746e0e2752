/* SPDX-License-Identifier: MIT */
#include "store/memory.h"

#include "base/error.h"

typedef struct record {
    ez_task *task; /* owned */
    execz_time next_run;
} record;

typedef struct memory_store {
    ez_store store;    /* first */
    GHashTable *by_id; /* id, in the record's task -> record, owned */
} memory_store;

static void
record_free(void *data)
{
    record *self = data;

    ez_task_unref(self->task);
    g_free(self);
}

/* A batch is refused as a whole, so it is checked before anything is touched.  later holds what the
 * changes so far will have made of an id: whether it is known. */
static execz_status
check(const memory_store *self, const ez_change *changes, size_t n, execz_error *err)
{
    g_autoptr(GHashTable) later = g_hash_table_new(g_str_hash, g_str_equal);

    for (size_t i = 0; i < n; i++) {
        const char *id = changes[i].task->id;
        bool known = g_hash_table_contains(self->by_id, id);
        void *will_be;

        if (g_hash_table_lookup_extended(later, id, NULL, &will_be)) {
            known = will_be != NULL;
        }
        if (changes[i].kind == EZ_CHANGE_PUT && known) {
            return ez_fail(err, EXECZ_E_EXISTS, "there is a task '%s' in the memory store", id);
        }
        if (changes[i].kind != EZ_CHANGE_PUT && !known) {
            return ez_fail(err, EXECZ_E_NOT_FOUND, "no task '%s' in the memory store", id);
        }
        if (changes[i].kind == EZ_CHANGE_PUT || changes[i].kind == EZ_CHANGE_REMOVE) {
            g_hash_table_insert(later, (void *)id, changes[i].kind == EZ_CHANGE_PUT ? later : NULL);
        }
    }
    return EXECZ_OK;
}

static void
apply(memory_store *self, const ez_change *change)
{
    record *at;

    switch (change->kind) {
    case EZ_CHANGE_PUT:
    case EZ_CHANGE_UPDATE:
        at = g_new0(record, 1);
        at->task = ez_task_ref(change->task);
        at->next_run = change->next_run;
        g_hash_table_replace(self->by_id, (void *)at->task->id, at);
        break;
    case EZ_CHANGE_NEXT:
        at = g_hash_table_lookup(self->by_id, change->task->id);
        at->next_run = change->next_run;
        break;
    default:
        g_hash_table_remove(self->by_id, change->task->id);
    }
}

static execz_status
memory_commit(ez_store *store, const ez_change *changes, size_t n, execz_error *err)
{
    memory_store *self = (memory_store *)store;
    execz_status status = check(self, changes, n, err);

    for (size_t i = 0; i < n && status == EXECZ_OK; i++) {
        apply(self, &changes[i]);
    }
    return status;
}

static execz_status
memory_load(ez_store *store, void (*visit)(void *user, ez_task *task, execz_time next_run),
            void *user, execz_error *err)
{
    memory_store *self = (memory_store *)store;
    GHashTableIter iter;
    void *value;

    (void)err;
    g_hash_table_iter_init(&iter, self->by_id);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        record *at = value;

        visit(user, at->task, at->next_run);
    }
    return EXECZ_OK;
}

static void
memory_free(ez_store *store)
{
    memory_store *self = (memory_store *)store;

    g_hash_table_unref(self->by_id);
    g_free(self);
}

ez_store *
ez_memory_store_new(void)
{
    static const ez_store_ops ops = {"memory", memory_commit, memory_load, memory_free};
    memory_store *self = g_new0(memory_store, 1);

    self->store.ops = &ops;
    self->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, record_free);
    return &self->store;
}
