/* SPDX-License-Identifier: MIT */
#include "event/ring.h"

#include <pthread.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Numbers as pointers: 1 and up, for nothing points nowhere. */
static void *
item(uintptr_t number)
{
    return (void *)number;
}

static uintptr_t
take(ez_ring *self, uint64_t *lost_out)
{
    return (uintptr_t)ez_ring_take(self, lost_out);
}

Test(ring, gives_back_in_order_what_was_put_in)
{
    ez_ring ring;
    uint64_t lost = 0;

    ez_ring_init(&ring, 3);
    cr_expect(ez_ring_is_empty(&ring));
    cr_expect(eq(sz, take(&ring, &lost), 0));
    for (uintptr_t round = 0; round < 5; round++) {
        cr_expect(ez_ring_push(&ring, item(2 * round + 1)) == NULL);
        cr_expect(ez_ring_push(&ring, item(2 * round + 2)) == NULL);
        cr_expect(not(ez_ring_is_empty(&ring)));
        cr_expect(eq(sz, take(&ring, &lost), 2 * round + 1));
        cr_expect(eq(sz, take(&ring, &lost), 2 * round + 2));
        cr_expect(eq(u64, lost, 0));
    }
    ez_ring_deinit(&ring);
}

Test(ring, when_it_is_full_the_oldest_gives_way_and_the_next_one_read_tells)
{
    ez_ring ring;
    uint64_t lost = 0;

    ez_ring_init(&ring, 2);
    ez_ring_push(&ring, item(1));
    cr_expect(eq(sz, take(&ring, &lost), 1));
    for (uintptr_t i = 2; i <= 6; i++) {
        cr_expect(ez_ring_push(&ring, item(i)) == (i <= 3 ? NULL : item(i - 2)));
    }
    cr_expect(eq(sz, take(&ring, &lost), 5));
    cr_expect(eq(u64, lost, 3), "2, 3 and 4");
    cr_expect(eq(sz, take(&ring, &lost), 6));
    cr_expect(eq(u64, lost, 0));
    cr_expect(ez_ring_is_empty(&ring));
    ez_ring_deinit(&ring);
}

Test(ring, the_oldest_can_be_made_to_give_way)
{
    ez_ring ring;
    uint64_t lost = 0;

    ez_ring_init(&ring, 3);
    cr_expect(ez_ring_drop(&ring) == NULL);
    ez_ring_push(&ring, item(1));
    ez_ring_push(&ring, item(2));
    cr_expect(ez_ring_drop(&ring) == item(1));
    cr_expect(eq(sz, take(&ring, &lost), 2));
    cr_expect(eq(u64, lost, 1));
    cr_expect(ez_ring_drop(&ring) == NULL);
    ez_ring_deinit(&ring);
}

/* ---- threads --------------------------------------------------------------------------------- */

enum { sent = 200000 };

typedef struct race {
    ez_ring ring;
    uint64_t given_way;
    atomic_bool over;
} race;

static void *
write_all(void *argument)
{
    race *self = argument;

    for (uintptr_t i = 1; i <= sent; i++) {
        self->given_way += ez_ring_push(&self->ring, item(i)) != NULL;
    }
    atomic_store(&self->over, true);
    return NULL;
}

Test(ring, a_reader_on_another_thread_gets_or_is_told_of_each)
{
    race self = {0};
    uint64_t lost = 0, n_read = 0, n_lost = 0;
    uintptr_t last = 0;
    pthread_t writer;
    bool over;

    ez_ring_init(&self.ring, 7);
    cr_assert(zero(int, pthread_create(&writer, NULL, write_all, &self)));
    do {
        uintptr_t read;

        over = atomic_load(&self.over);
        while ((read = take(&self.ring, &lost)) != 0) {
            cr_assert(eq(sz, read, last + lost + 1));
            last = read;
            n_read++;
            n_lost += lost;
        }
    } while (!over);
    pthread_join(writer, NULL);
    cr_expect(eq(sz, last, sent), "the newest is never lost");
    cr_expect(eq(u64, n_read + n_lost, sent));
    cr_expect(eq(u64, n_lost, self.given_way));
    ez_ring_deinit(&self.ring);
}
