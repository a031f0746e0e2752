/* SPDX-License-Identifier: MIT */
#include "daemon/rate.h"

#include "control/fault.h"

struct ez_rate {
    GHashTable *buckets; /* uid -> bucket, owned; few, for few users may ask */
};

typedef struct bucket {
    double left;
    execz_time filled_at;
} bucket;

ez_rate *
ez_rate_new(void)
{
    ez_rate *self = g_new0(ez_rate, 1);

    self->buckets = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    return self;
}

void
ez_rate_free(ez_rate *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->buckets);
        g_free(self);
    }
}

static bucket *
find_bucket(ez_rate *self, uid_t uid, execz_time now)
{
    bucket *found = g_hash_table_lookup(self->buckets, GUINT_TO_POINTER(uid));

    if (found == NULL) {
        found = g_new0(bucket, 1);
        *found = (bucket){EZ_RATE_BURST, now};
        g_hash_table_insert(self->buckets, GUINT_TO_POINTER(uid), found);
    }
    return found;
}

bool
ez_rate_take(ez_rate *self, uid_t uid, execz_time now, execz_error *err)
{
    bucket *of = find_bucket(self, uid, now);
    double gained = (double)(now - of->filled_at) / (double)EXECZ_SECOND * EZ_RATE_PER_SECOND;

    of->left = MIN(of->left + gained, EZ_RATE_BURST);
    of->filled_at = now;
    if (of->left < 1) {
        ez_fault_set(err, EXECZ_E_LIMIT,
                     "user %u makes more than %d requests a second; ask less often", (unsigned)uid,
                     EZ_RATE_PER_SECOND);
        return false;
    }
    of->left -= 1;
    return true;
}
