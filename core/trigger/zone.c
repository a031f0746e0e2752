/* SPDX-License-Identifier: MIT */
/* A zone is a table of segments, made once from GTimeZone, which knows the zone files and the rules
 * that go on behind their end.  GTimeZone itself was rejected for what is asked for each run: it
 * searches some 700 intervals and does not tell where one ends.  What it gets wrong stays wrong
 * here: GLib 2.74 has Dublin two hours ahead in winter from 2038 on.
 *
 * The segment of a point in time is found in one step: an index tells the segment in which each
 * stretch of 2^24 seconds (194 days) begins, and clocks are not set more than a few times in one.
 * Nothing is remembered from call to call, so that a zone needs no lock.
 *
 * Zones are interned: a million tasks in one zone share one table.  The table of names does not
 * count as a holder.  A reference count reaches zero only with the lock held, so that whoever finds
 * a zone there finds it alive. */
#include "trigger/zone.h"

#include "trigger/civil.h"
#include "trigger/days.h"
#include "trigger/zone_name.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#define TABLE_BEGIN (EZ_CIVIL_BEGIN / EXECZ_SECOND - EZ_DAY_SECONDS)
#define TABLE_END (EZ_CIVIL_END / EXECZ_SECOND + EZ_DAY_SECONDS)
#define INDEX_SHIFT 24
#define STRETCH (INT64_C(1) << INDEX_SHIFT)
#define INDEX_FIRST (TABLE_BEGIN >> INDEX_SHIFT)
#define INDEX_LENGTH ((TABLE_END >> INDEX_SHIFT) - INDEX_FIRST + 1)

/* Fixed once built, but for the count. */
struct ez_zone {
    atomic_uint references;
    char *name;           /* owned */
    ez_segment *segments; /* owned; behind the last one is one that never begins */
    uint16_t index[INDEX_LENGTH];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *by_name; /* name -> ez_zone, both borrowed; NULL when empty; guarded by lock */

static gint
interval_at(GTimeZone *rules, int64_t utc)
{
    return g_time_zone_find_interval(rules, G_TIME_TYPE_UNIVERSAL, utc);
}

/* A walk along the intervals of a zone. */
typedef struct walk {
    GTimeZone *rules;
    gint interval;
    int64_t begin;      /* of the interval, in UTC seconds */
    int64_t last_begin; /* of the one before */
} walk;

/* Goes to the interval that begins at end, if end is where this one ends. */
static bool
try_end(walk *self, int64_t end)
{
    gint interval;

    if (end <= self->begin || end >= TABLE_END ||
        interval_at(self->rules, end - 1) != self->interval) {
        return false;
    }
    interval = interval_at(self->rules, end);
    if (interval == self->interval) {
        return false;
    }
    self->interval = interval;
    self->last_begin = self->begin;
    self->begin = end;
    return true;
}

/* Clocks are mostly set a whole number of weeks after they were a year ago, or on the same date.
 * Each question costs GLib a search from the beginning, and halving asks thirty. */
static bool
guess_end(walk *self)
{
    static const int days[] = {364, 371, 365, 366};

    for (size_t i = 0; i < G_N_ELEMENTS(days); i++) {
        if (try_end(self, self->last_begin + days[i] * EZ_DAY_SECONDS)) {
            return true;
        }
    }
    return false;
}

/* Where the interval ends, or TABLE_END if that is further away. */
static int64_t
find_end(const walk *self)
{
    int64_t within = self->begin, step = STRETCH;
    int64_t beyond = MIN(within + step, TABLE_END);

    while (beyond < TABLE_END && interval_at(self->rules, beyond) == self->interval) {
        within = beyond;
        step *= 2;
        beyond = MIN(within + step, TABLE_END);
    }
    while (beyond - within > 1) {
        int64_t middle = within + (beyond - within) / 2;

        *(interval_at(self->rules, middle) == self->interval ? &within : &beyond) = middle;
    }
    return beyond;
}

/* Goes to the next interval; false if the table ends before it. */
static bool
step(walk *self)
{
    return guess_end(self) || try_end(self, find_end(self));
}

/* The segments of rules, and behind them one that never begins.  Caller frees. */
static ez_segment *
make_segments(GTimeZone *rules)
{
    GArray *segments = g_array_new(FALSE, FALSE, sizeof(ez_segment));
    walk at = {rules, interval_at(rules, TABLE_BEGIN), TABLE_BEGIN, TABLE_BEGIN};
    ez_segment segment = {INT64_MIN, g_time_zone_get_offset(rules, at.interval)};

    g_array_append_val(segments, segment);
    while (step(&at)) {
        gint32 offset = g_time_zone_get_offset(rules, at.interval);

        /* GLib also begins an interval where only its name or its being summer time is new. */
        if (offset != segment.offset) {
            segment = (ez_segment){at.begin, offset};
            g_array_append_val(segments, segment);
        }
    }
    segment = (ez_segment){INT64_MAX, 0};
    g_array_append_val(segments, segment);
    return (ez_segment *)(void *)g_array_free(segments, FALSE);
}

static void
fill_index(ez_zone *self)
{
    uint16_t at = 0;

    for (int64_t i = 0; i < INDEX_LENGTH; i++) {
        while (self->segments[at + 1].begin <= (INDEX_FIRST + i) * STRETCH) {
            at++;
        }
        self->index[i] = at;
    }
}

static ez_zone *
zone_new(const char *name, GTimeZone *rules)
{
    ez_zone *self = g_new0(ez_zone, 1);

    atomic_init(&self->references, 1);
    self->name = g_strdup(name);
    self->segments = make_segments(rules);
    fill_index(self);
    return self;
}

static void
zone_free(ez_zone *self)
{
    g_free(self->segments);
    g_free(self->name);
    g_free(self);
}

/* A reference to the zone called name if somebody holds it; NULL otherwise. */
static ez_zone *
find_locked(const char *name)
{
    ez_zone *zone = by_name != NULL ? g_hash_table_lookup(by_name, name) : NULL;

    return zone != NULL ? ez_zone_ref(zone) : NULL;
}

static ez_zone *
find(const char *name)
{
    ez_zone *zone;

    pthread_mutex_lock(&lock);
    zone = find_locked(name);
    pthread_mutex_unlock(&lock);
    return zone;
}

/* Makes zone the one of its name, unless somebody was faster; returns the one that is, with the
 * reference of the caller. */
static ez_zone *
intern(ez_zone *zone)
{
    ez_zone *earlier;

    pthread_mutex_lock(&lock);
    earlier = find_locked(zone->name);
    if (earlier == NULL) {
        if (by_name == NULL) {
            by_name = g_hash_table_new(g_str_hash, g_str_equal);
        }
        g_hash_table_insert(by_name, zone->name, zone);
    }
    pthread_mutex_unlock(&lock);
    if (earlier == NULL) {
        return zone;
    }
    zone_free(zone);
    return earlier;
}

/* Drops a reference that may be the last one; true if it was. */
static bool
drop(ez_zone *self)
{
    bool last;

    pthread_mutex_lock(&lock);
    last = atomic_fetch_sub_explicit(&self->references, 1, memory_order_acq_rel) == 1;
    if (last) {
        g_hash_table_remove(by_name, self->name);
        if (g_hash_table_size(by_name) == 0) {
            g_clear_pointer(&by_name, g_hash_table_unref);
        }
    }
    pthread_mutex_unlock(&lock);
    return last;
}

execz_status
ez_zone_open(const char *name, ez_zone **zone_out, execz_error *err)
{
    ez_zone *zone = find(name);

    if (zone == NULL) {
        g_autoptr(GTimeZone) rules = NULL;

        if (strcmp(name, "UTC") == 0) {
            rules = g_time_zone_new_utc();
        } else if (ez_zone_name_exists(name)) {
            rules = g_time_zone_new_identifier(name);
        }
        if (rules == NULL) {
            return ez_zone_name_fail(name, err);
        }
        zone = intern(zone_new(name, rules));
    }
    *zone_out = zone;
    return EXECZ_OK;
}

ez_zone *
ez_zone_ref(ez_zone *self)
{
    atomic_fetch_add_explicit(&self->references, 1, memory_order_relaxed);
    return self;
}

void
ez_zone_unref(ez_zone *self)
{
    unsigned references;

    if (self == NULL) {
        return;
    }
    references = atomic_load_explicit(&self->references, memory_order_relaxed);
    while (references > 1) {
        if (atomic_compare_exchange_weak_explicit(&self->references, &references, references - 1,
                                                  memory_order_release, memory_order_relaxed)) {
            return;
        }
    }
    if (drop(self)) {
        zone_free(self);
    }
}

const char *
ez_zone_name(const ez_zone *self)
{
    return self->name;
}

const ez_segment *
ez_zone_segment(const ez_zone *self, int64_t utc)
{
    int64_t second = CLAMP(utc, TABLE_BEGIN, TABLE_END - 1);
    const ez_segment *segment = self->segments + self->index[(second >> INDEX_SHIFT) - INDEX_FIRST];

    while (ez_segment_end(segment) <= second) {
        segment++;
    }
    return segment;
}
