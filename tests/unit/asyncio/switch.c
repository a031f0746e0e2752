/* SPDX-License-Identifier: MIT */
#include "switch.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <fenv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

static context outside, inside;
static _Alignas(64) char stack[65536];
static int n;

static void
count(void *argument)
{
    for (;;) {
        n += *(int *)argument;
        context_switch(&inside, &outside);
    }
}

Test(switch, runs_on_the_other_stack_and_comes_back)
{
    int step = 3;

    context_init(&inside, stack, sizeof stack, count, &step);
    for (int i = 0; i < 1000; i++) {
        context_switch(&outside, &inside);
    }
    cr_expect(eq(int, n, 3000));
}

static bool on_stack, aligned;

static void
look_where(void *argument)
{
    char *here = __builtin_frame_address(0); /* a local may lie elsewhere under a sanitizer */

    (void)argument;
    on_stack = here >= &stack[0] && here < stack + sizeof stack;
    aligned = (uintptr_t)here % 16 == 0;
    context_switch(&inside, &outside);
}

Test(switch, takes_a_stack_of_any_length)
{
    for (size_t length = sizeof stack - 40; length <= sizeof stack; length++) {
        on_stack = aligned = false;
        context_init(&inside, stack, length, look_where, NULL);
        context_switch(&outside, &inside);
        cr_expect(on_stack && aligned, "length %zu", length);
    }
}

static int modes_inside[3];

static void
round_upward(void *argument)
{
    (void)argument;
    modes_inside[0] = fegetround();
    (void)fesetround(FE_UPWARD);
    context_switch(&inside, &outside);
    modes_inside[1] = fegetround();
    (void)fesetround(FE_TOWARDZERO);
    context_switch(&inside, &outside);
}

Test(switch, floating_point_modes_stay_with_their_stack)
{
    context_init(&inside, stack, sizeof stack, round_upward, NULL);
    context_switch(&outside, &inside);
    cr_expect(eq(int, modes_inside[0], FE_TONEAREST));
    cr_expect(eq(int, fegetround(), FE_TONEAREST));
    (void)fesetround(FE_DOWNWARD);
    context_switch(&outside, &inside);
    cr_expect(eq(int, modes_inside[1], FE_UPWARD));
    cr_expect(eq(int, fegetround(), FE_DOWNWARD));
}

static volatile uint64_t seed = 12345;

/* Many values that are alive over a switch, in whatever registers the compiler likes. */
static uint64_t
mix(context *from, context *to)
{
    uint64_t a = seed, b = a * 3, c = b * 5, d = c * 7, e = d * 11, f = e * 13, g = f * 17;
    double x = (double)a, y = x * 1.5, z = y * 2.5;

    for (int i = 0; i < 100; i++) {
        context_switch(from, to);
        a += b, b ^= c, c += d, d ^= e, e += f, f ^= g, g += a;
        x += y, y += z, z = x / 3;
    }
    return a ^ b ^ c ^ d ^ e ^ f ^ g ^ (uint64_t)(x + y + z);
}

static uint64_t mixed_inside;

static void
mix_inside(void *argument)
{
    (void)argument;
    mixed_inside = mix(&inside, &outside);
    for (;;) {
        context_switch(&inside, &outside);
    }
}

static void
do_nothing(void *argument)
{
    (void)argument;
    for (;;) {
        context_switch(&inside, &outside);
    }
}

Test(switch, values_survive_on_both_sides)
{
    uint64_t mixed, alone;

    context_init(&inside, stack, sizeof stack, do_nothing, NULL);
    alone = mix(&outside, &inside);
    context_init(&inside, stack, sizeof stack, mix_inside, NULL);
    mixed = mix(&outside, &inside);
    context_switch(&outside, &inside);
    cr_expect(all(eq(u64, mixed, alone), eq(u64, mixed_inside, alone)));
}
