/* SPDX-License-Identifier: MIT */
#include "base/heap.h"

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

enum { N = 500 };

typedef struct item {
    ez_heap_node node;
    int64_t key;
    bool queued;
} item;

Test(heap, gives_things_back_in_the_order_of_their_keys)
{
    ez_heap heap;
    item items[N] = {0};
    g_autoptr(GRand) random = g_rand_new_with_seed(1);
    int64_t before = INT64_MIN;
    int64_t key = 0;

    ez_heap_init(&heap);
    for (int i = 0; i < N; i++) {
        ez_heap_set(&heap, &items[i].node, g_rand_int_range(random, 0, 100));
    }
    for (int i = 0; i < N; i++) {
        ez_heap_node *first = ez_heap_first(&heap, &key);

        cr_assert(ge(i64, key, before));
        before = key;
        ez_heap_remove(&heap, first);
        cr_assert(not(ez_heap_holds(first)));
    }
    cr_expect(ez_heap_first(&heap, &key) == NULL);
    ez_heap_deinit(&heap);
}

Test(heap, keeps_its_invariants_under_any_mix_of_calls)
{
    ez_heap heap;
    item items[N] = {0};
    g_autoptr(GRand) random = g_rand_new_with_seed(20271231);
    size_t queued = 0;

    ez_heap_init(&heap);
    for (int step = 0; step < 20000; step++) {
        item *at = &items[g_rand_int_range(random, 0, N)];

        if (g_rand_int_range(random, 0, 3) == 0) {
            queued -= at->queued;
            ez_heap_remove(&heap, &at->node);
            at->queued = false;
        } else {
            queued += !at->queued;
            ez_heap_set(&heap, &at->node, g_rand_int(random));
            at->queued = true;
        }
        cr_assert(eq(sz, heap.length, queued));
        cr_assert(step % 100 != 0 || ez_heap_check(&heap), "step %d", step);
        cr_assert(ez_heap_holds(&at->node) == at->queued);
    }
    ez_heap_deinit(&heap);
}

Test(heap, removing_what_is_not_queued_does_nothing)
{
    ez_heap heap;
    item one = {0};

    ez_heap_init(&heap);
    ez_heap_remove(&heap, &one.node);
    cr_expect(eq(sz, heap.length, 0));
    ez_heap_deinit(&heap);
}

Test(heap, postponing_the_first_is_as_setting_it)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(3);
    item items[100] = {0};
    ez_heap heap;
    int64_t last = 0;

    ez_heap_init(&heap);
    for (size_t i = 0; i < G_N_ELEMENTS(items); i++) {
        ez_heap_set(&heap, &items[i].node, g_rand_int_range(random, 0, 1000));
    }
    for (int step = 0; step < 1000; step++) {
        int64_t key;

        cr_assert(ez_heap_first(&heap, &key) != NULL);
        cr_assert(ge(i64, key, last));
        last = key;
        ez_heap_postpone(&heap, key + g_rand_int_range(random, 0, 1000));
        cr_assert(ez_heap_check(&heap), "step %d", step);
    }
    cr_expect(eq(sz, heap.length, G_N_ELEMENTS(items)));
    ez_heap_deinit(&heap);
}
