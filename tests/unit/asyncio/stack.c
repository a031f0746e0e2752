/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include "sanitizer.h"
#include "support/old_kernel.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

static stack_pool stacks;

static void *
take(void)
{
    cr_assert(eq(int, stack_pool_reserve(&stacks), STACK_OK));
    return stack_pool_take(&stacks);
}

Test(stack, the_last_one_given_back_is_used_first)
{
    void *first, *second;

    cr_assert(stack_pool_init(&stacks, 65536, 10, STACK_GUARD_INSTALL));
    first = take();
    second = take();
    cr_expect(first != second);
    stack_pool_give(&stacks, first);
    cr_expect(take() == first);
    stack_pool_give(&stacks, first);
    stack_pool_give(&stacks, second);
    cr_expect(take() == second);
    stack_pool_deinit(&stacks);
}

Test(stack, there_are_as_many_as_allowed)
{
    cr_assert(stack_pool_init(&stacks, 16384, 100, STACK_GUARD_INSTALL));
    for (int i = 0; i < 100; i++) {
        cr_assert(eq(int, stack_pool_reserve(&stacks), STACK_OK));
    }
    cr_expect(eq(int, stack_pool_reserve(&stacks), STACK_LIMIT));
    stack_pool_unreserve(&stacks);
    cr_expect(eq(int, stack_pool_reserve(&stacks), STACK_OK));
    stack_pool_deinit(&stacks);
}

Test(stack, all_of_it_can_be_used)
{
    void *tops[200];

    cr_assert(stack_pool_init(&stacks, 20000, 200, STACK_GUARD_INSTALL));
    cr_expect(eq(sz, stacks.length % 4096, 0));
    for (int i = 0; i < 200; i++) {
        tops[i] = take();
        memset((char *)tops[i] - stacks.length, i, stacks.length);
    }
    for (int i = 0; i < 200; i++) {
        const unsigned char *top = tops[i];

        cr_expect(all(eq(int, top[-1], i), eq(int, top[-(ptrdiff_t)stacks.length], i)));
    }
    stack_pool_deinit(&stacks);
}

Test(stack, on_an_old_kernel_it_falls_back_by_itself)
{
    cr_assert(stack_pool_init(&stacks, 16384, 2000, STACK_GUARD_INSTALL));
    cr_assert(kernel_make_old());
    for (int i = 0; i < 2000; i++) {
        *((char *)take() - 1) = 1;
    }
    cr_expect(eq(int, (int)stacks.guard, STACK_GUARD_PROTECT));
    stack_pool_deinit(&stacks);
}

#if !SANITIZE_ADDRESS && !SANITIZE_THREAD
static unsigned
count_mappings(void)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[1024];
    unsigned n = 0;

    cr_assert(maps != NULL);
    while (fgets(line, sizeof line, maps) != NULL) {
        n++;
    }
    fclose(maps);
    return n;
}

static void
write_below(enum stack_guard guard, size_t distance)
{
    volatile char *top;

    cr_assert(stack_pool_init(&stacks, 65536, 100, guard));
    (void)take();
    top = take();
    top[-(ptrdiff_t)(stacks.length + distance)] = 1;
}

Test(stack, the_byte_below_is_guarded, .signal = SIGSEGV)
{
    write_below(STACK_GUARD_INSTALL, 1);
}

Test(stack, the_whole_guard_is_one, .signal = SIGSEGV)
{
    write_below(STACK_GUARD_INSTALL, STACK_GUARD_LENGTH);
}

Test(stack, an_old_kernel_guards_too, .signal = SIGSEGV)
{
    write_below(STACK_GUARD_PROTECT, 1);
}

Test(stack, an_old_kernel_has_guards_for_32000_and_says_when_there_are_no_more)
{
    enum stack_status status = STACK_OK;
    unsigned n = 0;

    cr_assert(stack_pool_init(&stacks, 16384, 100000, STACK_GUARD_PROTECT));
    while ((status = stack_pool_reserve(&stacks)) == STACK_OK) {
        n++;
        (void)stack_pool_take(&stacks);
    }
    cr_expect(eq(int, status, STACK_NO_GUARD));
    cr_expect(all(ge(u32, n, 32000), lt(u32, n, 100000)), "%u", n);
    cr_expect(eq(u32, atomic_load(&stacks.reserved), n), "what was refused is not counted");
    stack_pool_deinit(&stacks);
}

Test(stack, a_new_kernel_has_guards_for_100000_without_mappings)
{
    if (!kernel_installs_guards()) {
        return; /* then the test before this one is what there is to say */
    }
    cr_assert(stack_pool_init(&stacks, 16384, 100000, STACK_GUARD_INSTALL));
    for (int i = 0; i < 100000; i++) {
        cr_assert(eq(int, stack_pool_reserve(&stacks), STACK_OK));
        (void)stack_pool_take(&stacks);
    }
    cr_expect(lt(u32, count_mappings(), 1000));
    stack_pool_deinit(&stacks);
}

Test(stack, nothing_is_left_behind)
{
    unsigned before = count_mappings();

    for (int round = 0; round < 3; round++) {
        cr_assert(stack_pool_init(&stacks, 65536, 2000, STACK_GUARD_PROTECT));
        for (int i = 0; i < 2000; i++) {
            (void)take();
        }
        stack_pool_deinit(&stacks);
    }
    cr_expect(le(u32, count_mappings(), before + 2));
}
#endif

Test(stack, memory_of_what_is_not_needed_is_given_back)
{
    unsigned char *tops[100];

    cr_assert(stack_pool_init(&stacks, 65536, 100, STACK_GUARD_INSTALL));
    for (int i = 0; i < 100; i++) {
        tops[i] = take();
        tops[i][-1] = 1;
    }
    for (int i = 99; i >= 0; i--) {
        stack_pool_give(&stacks, tops[i]);
    }
    cr_expect(stack_pool_trim(&stacks, 10), "all were needed until now");
    cr_expect(eq(int, tops[99][-1], 1));
    cr_expect(not(stack_pool_trim(&stacks, 10)));
    cr_expect(eq(int, tops[99][-1], 0));
    cr_expect(eq(int, tops[9][-1], 1), "the first ones stay ready");
    for (int i = 0; i < 100; i++) {
        cr_expect(take() == tops[i]);
        tops[i][-1] = 2;
    }
    stack_pool_deinit(&stacks);
}
