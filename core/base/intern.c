/* SPDX-License-Identifier: MIT */
#include "base/intern.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include <glib.h>

struct ez_intern_table {
    pthread_mutex_t lock;
    /* Guarded by lock. */
    GHashTable *things;  /* a set of ez_interned, borrowed */
    ez_interned *recent; /* one of them: who asked for it may ask for it again; NULL: none */
};

/* Eight bytes at a time: a key is some hundred bytes, and one is made for each task that is added.
 * The constants are those of the finaliser of MurmurHash3 (Austin Appleby, public domain). */
static uint32_t
hash_of(const char *key, size_t length)
{
    uint64_t hash = length, word = 0;
    size_t at = 0;

    for (; length - at >= sizeof word; at += sizeof word) {
        memcpy(&word, key + at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, key + at, length - at);
    hash = (hash ^ word) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ hash >> 32) * UINT64_C(0xc4ceb9fe1a85ec53);
    return (uint32_t)(hash >> 32);
}

static guint
get_hash(gconstpointer thing)
{
    return ((const ez_interned *)thing)->hash;
}

static bool
is_of_key(const ez_interned *thing, const char *key, size_t length)
{
    return thing->length == length && memcmp(thing->key, key, length) == 0;
}

static gboolean
are_equal(gconstpointer a, gconstpointer b)
{
    const ez_interned *other = b;

    return is_of_key(a, other->key, other->length);
}

ez_intern_table *
ez_intern_table_new(void)
{
    ez_intern_table *self = g_new0(ez_intern_table, 1);

    pthread_mutex_init(&self->lock, NULL);
    self->things = g_hash_table_new(get_hash, are_equal);
    return self;
}

void
ez_intern_table_free(ez_intern_table *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->things);
        pthread_mutex_destroy(&self->lock);
        g_free(self);
    }
}

/* With a reference for the caller. */
static ez_interned *
find_locked(ez_intern_table *self, const char *key, size_t length)
{
    ez_interned like = {.length = (uint32_t)length, .key = key};
    ez_interned *found = self->recent;

    if (found == NULL || !is_of_key(found, key, length)) {
        like.hash = hash_of(key, length);
        found = g_hash_table_lookup(self->things, &like);
    }
    if (found != NULL) {
        self->recent = found;
        ez_interned_ref(found);
    }
    return found;
}

ez_interned *
ez_intern_find(ez_intern_table *self, const char *key, size_t length)
{
    ez_interned *found;

    if (self == NULL) {
        return NULL;
    }
    pthread_mutex_lock(&self->lock);
    found = find_locked(self, key, length);
    pthread_mutex_unlock(&self->lock);
    return found;
}

ez_interned *
ez_intern_add(ez_intern_table *self, ez_interned *thing, const char *key, size_t length,
              void (*free_thing)(void *thing))
{
    ez_interned *found;

    thing->table = self;
    thing->key = key;
    thing->length = (uint32_t)length;
    atomic_init(&thing->references, 1);
    if (self == NULL) {
        return thing;
    }
    thing->hash = hash_of(key, length);
    pthread_mutex_lock(&self->lock);
    found = find_locked(self, key, length);
    if (found == NULL) {
        g_hash_table_add(self->things, thing);
    }
    pthread_mutex_unlock(&self->lock);
    if (found == NULL) {
        return thing;
    }
    free_thing(thing);
    return found;
}

void
ez_interned_ref(ez_interned *self)
{
    atomic_fetch_add_explicit(&self->references, 1, memory_order_relaxed);
}

/* Drops a reference that is not the last one; false if it may be. */
static bool
drop_one_of_many(ez_interned *self)
{
    unsigned references = atomic_load_explicit(&self->references, memory_order_relaxed);

    while (references > 1) {
        if (atomic_compare_exchange_weak_explicit(&self->references, &references, references - 1,
                                                  memory_order_release, memory_order_relaxed)) {
            return true;
        }
    }
    return false;
}

void
ez_interned_unref(ez_interned *self, void (*free_thing)(void *thing))
{
    ez_intern_table *table;
    bool last;

    if (self == NULL || drop_one_of_many(self)) {
        return;
    }
    table = self->table;
    if (table != NULL) {
        pthread_mutex_lock(&table->lock); /* nobody finds it meanwhile */
    }
    last = atomic_fetch_sub_explicit(&self->references, 1, memory_order_acq_rel) == 1;
    if (table != NULL) {
        if (last) {
            table->recent = table->recent == self ? NULL : table->recent;
            g_hash_table_remove(table->things, self);
        }
        pthread_mutex_unlock(&table->lock);
    }
    if (last) {
        free_thing(self);
    }
}
