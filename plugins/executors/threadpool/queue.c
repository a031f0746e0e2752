/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include <sched.h>
#include <stdatomic.h>

enum { CHUNK_RUNS = 1024, BANDS_MAX = 256 };

/* A head or tail: the number of the chunk's use << 32 | index. */
#define INDEX(place) ((uint32_t)(place))
#define USE_MASK UINT64_C(0xffffffff00000000)

typedef struct chunk {
    _Alignas(64) _Atomic uint64_t head; /* of takers */
    _Atomic uint32_t left;              /* not copied yet by who has taken them */
    _Alignas(64) _Atomic uint64_t tail; /* of the pusher */
    _Atomic(struct chunk *) next;
    struct chunk *next_spare;
    _Alignas(64) _Atomic execz_run runs[CHUNK_RUNS];
} chunk;

struct queue_band {
    int32_t priority;
    _Atomic(struct queue_band *) lower;
    _Alignas(64) _Atomic(chunk *) first; /* of takers */
    _Alignas(64) chunk *last;            /* of the pusher */
    _Atomic(chunk *) spare;              /* pushed by takers, all taken at once by the pusher */
    chunk *reserve;                      /* of the pusher */
};

/* ---- memory ---------------------------------------------------------------------------------- */

/* What host->realloc() gave is kept in front. */
void *
queue_alloc_aligned(const execz_host *host, size_t size)
{
    char *whole = (char *)host->realloc(host, NULL, size + 64 + sizeof(void *));
    char *aligned;

    if (whole == NULL) {
        return NULL;
    }
    aligned = (char *)(((uintptr_t)whole + sizeof(void *) + 63) & ~(uintptr_t)63);
    memcpy(aligned - sizeof whole, &whole, sizeof whole);
    memset(aligned, 0, size);
    return aligned;
}

void
queue_free_aligned(const execz_host *host, void *aligned)
{
    void *whole;

    memcpy(&whole, (char *)aligned - sizeof whole, sizeof whole);
    host->realloc(host, whole, 0);
}

/* Makes a chunk that is empty and of no list ready for its next use. */
static void
renew(chunk *self)
{
    uint64_t use =
        (atomic_load_explicit(&self->tail, memory_order_relaxed) & USE_MASK) + (UINT64_C(1) << 32);

    atomic_store_explicit(&self->next, NULL, memory_order_relaxed);
    atomic_store_explicit(&self->left, CHUNK_RUNS, memory_order_relaxed);
    atomic_store_explicit(&self->tail, use, memory_order_relaxed);
    atomic_store_explicit(&self->head, use, memory_order_release);
}

static chunk *
get_chunk(queue *self, queue_band *band)
{
    chunk *found;

    if (band->reserve == NULL) {
        band->reserve = atomic_exchange_explicit(&band->spare, NULL, memory_order_acquire);
    }
    found = band->reserve;
    if (found != NULL) {
        band->reserve = found->next_spare;
    } else {
        found = (chunk *)queue_alloc_aligned(self->host, sizeof *found);
    }
    if (found != NULL) {
        renew(found);
    }
    return found;
}

static void
give_back(queue_band *band, chunk *empty)
{
    empty->next_spare = atomic_load_explicit(&band->spare, memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(&band->spare, &empty->next_spare, empty,
                                                  memory_order_release, memory_order_relaxed)) {
    }
}

static queue_band *
new_band(queue *self, int32_t priority)
{
    queue_band *band = (queue_band *)queue_alloc_aligned(self->host, sizeof *band);

    if (band == NULL) {
        return NULL;
    }
    band->priority = priority;
    band->last = get_chunk(self, band);
    if (band->last == NULL) {
        queue_free_aligned(self->host, band);
        return NULL;
    }
    atomic_store_explicit(&band->first, band->last, memory_order_relaxed);
    return band;
}

void
queue_init(queue *self, const execz_host *host)
{
    self->host = host;
    atomic_init(&self->highest, NULL);
    self->last_used = NULL;
    self->n_bands = 0;
}

static void
free_spares(const execz_host *host, chunk *spare)
{
    while (spare != NULL) {
        chunk *next = spare->next_spare;

        queue_free_aligned(host, spare);
        spare = next;
    }
}

static void
free_band(const execz_host *host, queue_band *band)
{
    chunk *at = atomic_load(&band->first);

    while (at != NULL) {
        chunk *next = atomic_load(&at->next);

        queue_free_aligned(host, at);
        at = next;
    }
    free_spares(host, atomic_load(&band->spare));
    free_spares(host, band->reserve);
    queue_free_aligned(host, band);
}

void
queue_deinit(queue *self)
{
    queue_band *at = atomic_load(&self->highest);

    while (at != NULL) {
        queue_band *lower = atomic_load(&at->lower);

        free_band(self->host, at);
        at = lower;
    }
}

/* ---- pushing --------------------------------------------------------------------------------- */

/* A band between that of at and band. */
static queue_band *
insert_band(queue *self, int32_t priority, _Atomic(queue_band *) *at, queue_band *band)
{
    queue_band *made = new_band(self, priority);

    if (made != NULL) {
        self->n_bands++;
        atomic_store_explicit(&made->lower, band, memory_order_relaxed);
        atomic_store_explicit(at, made, memory_order_release);
    }
    return made;
}

/* The band for this priority, made if need be; NULL if there is no memory. */
static queue_band *
find_band(queue *self, int32_t priority)
{
    _Atomic(queue_band *) *at = &self->highest;
    queue_band *band = atomic_load_explicit(at, memory_order_relaxed);
    queue_band *above = NULL;

    while (band != NULL && band->priority > priority) {
        above = band;
        at = &band->lower;
        band = atomic_load_explicit(at, memory_order_relaxed);
    }
    if (band != NULL && band->priority == priority) {
        return band;
    }
    if (self->n_bands == BANDS_MAX) {
        return band != NULL ? band : above;
    }
    return insert_band(self, priority, at, band);
}

/* The last run of a chunk is shown only once the next chunk is there. */
static int
append(queue *self, queue_band *band, execz_run run)
{
    chunk *last = band->last;
    uint64_t tail = atomic_load_explicit(&last->tail, memory_order_relaxed);

    if (INDEX(tail) == CHUNK_RUNS - 1) {
        chunk *next = get_chunk(self, band);

        if (next == NULL) {
            return 0;
        }
        atomic_store_explicit(&last->next, next, memory_order_relaxed);
        band->last = next;
    }
    atomic_store_explicit(&last->runs[INDEX(tail)], run, memory_order_relaxed);
    atomic_store_explicit(&last->tail, tail + 1, memory_order_release);
    return 1;
}

int
queue_push(queue *self, execz_run run, int32_t priority)
{
    queue_band *band = self->last_used;

    if (band == NULL || band->priority != priority) {
        band = find_band(self, priority);
        if (band == NULL) {
            return 0;
        }
        self->last_used = band;
    }
    return append(self, band, run);
}

/* ---- taking ---------------------------------------------------------------------------------- */

/* What a taker sees of a band at one moment. */
typedef struct view {
    chunk *first;
    uint64_t head;
    uint32_t n; /* that can be taken at once */
} view;

/* Waits out, for some instructions, whoever has taken the last of the first chunk and not yet moved
 * the band on to the next. */
static view
look(queue_band *band)
{
    for (;;) {
        chunk *first = atomic_load_explicit(&band->first, memory_order_acquire);
        uint64_t head = atomic_load(&first->head);
        uint64_t tail = atomic_load(&first->tail);
        int same_use = (head & USE_MASK) == (tail & USE_MASK) && INDEX(head) <= INDEX(tail);

        if (same_use && INDEX(head) < CHUNK_RUNS &&
            first == atomic_load_explicit(&band->first, memory_order_acquire)) {
            return (view){first, head, INDEX(tail) - INDEX(head)};
        }
        if (INDEX(head) == CHUNK_RUNS) {
            (void)sched_yield();
        }
    }
}

static uint32_t
take_from(queue_band *band, execz_run *runs, uint32_t max, uint32_t takers)
{
    uint32_t index, n;
    view seen;

    do {
        seen = look(band);
        index = INDEX(seen.head);
        n = (seen.n + takers - 1) / takers;
        n = n < max ? n : max;
        if (n == 0) {
            return 0;
        }
    } while (!atomic_compare_exchange_weak(&seen.first->head, &seen.head, seen.head + n));
    if (index + n == CHUNK_RUNS) {
        atomic_store_explicit(&band->first,
                              atomic_load_explicit(&seen.first->next, memory_order_relaxed),
                              memory_order_release);
    }
    for (uint32_t i = 0; i < n; i++) {
        runs[i] = atomic_load_explicit(&seen.first->runs[index + i], memory_order_relaxed);
    }
    if (atomic_fetch_sub_explicit(&seen.first->left, n, memory_order_acq_rel) == n) {
        give_back(band, seen.first);
    }
    return n;
}

/* Sequentially consistent, as the looks at head and tail: who counts itself asleep and then looks
 * must not miss a band that was added before the pusher looked at that count. */
static queue_band *
highest(queue *self)
{
    return atomic_load(&self->highest);
}

static queue_band *
lower(queue_band *band)
{
    return atomic_load(&band->lower);
}

uint32_t
queue_take(queue *self, execz_run *runs, uint32_t max, uint32_t takers, queue_band **band_out)
{
    for (queue_band *at = highest(self); at != NULL; at = lower(at)) {
        uint32_t n = take_from(at, runs, max, takers);

        if (n > 0) {
            *band_out = at;
            return n;
        }
    }
    return 0;
}

int
queue_has_higher(queue *self, const queue_band *band)
{
    for (queue_band *at = highest(self); at != band && at != NULL; at = lower(at)) {
        if (look(at).n > 0) {
            return 1;
        }
    }
    return 0;
}

int
queue_is_empty(queue *self)
{
    return !queue_has_higher(self, NULL);
}
