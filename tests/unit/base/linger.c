/* SPDX-License-Identifier: MIT */
/* <execz/linger.h> */
#include <execz/linger.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Something that is there at the look of this number; 0: never. */
typedef struct thing {
    unsigned there_at;
    unsigned looks;
} thing;

static int
look(void *user)
{
    thing *self = user;

    return ++self->looks == self->there_at;
}

static unsigned
looks_for(execz_linger *linger, unsigned there_at)
{
    thing one = {.there_at = there_at};

    (void)execz_linger_until(linger, look, &one);
    return one.looks;
}

/* How many further looks there are is up to who else has the processor. */
Test(linger, finds_what_is_there_at_the_first_look)
{
    execz_linger linger = {0};
    thing one = {.there_at = 1};

    cr_expect(execz_linger_until(&linger, look, &one));
    cr_expect(eq(u32, one.looks, 1));
}

Test(linger, ends_when_nothing_comes)
{
    execz_linger linger = {0};
    thing nothing = {0};

    cr_expect(not(execz_linger_until(&linger, look, &nothing)));
    cr_expect(gt(u32, nothing.looks, 0));
}

Test(linger, is_left_out_twice_as_often_after_each_time_in_vain)
{
    execz_linger linger = {0};

    for (unsigned expected = 1; expected <= 1023; expected = 2 * expected + 1) {
        unsigned left_out = 0;

        (void)looks_for(&linger, 0);
        while (linger.leave_out > 0) {
            cr_assert(eq(u32, looks_for(&linger, 1), 0));
            left_out++;
        }
        cr_assert(eq(u32, left_out, expected));
    }
}

Test(linger, is_never_left_out_for_good)
{
    execz_linger linger = {0};

    for (int i = 0; i < 40000; i++) {
        (void)looks_for(&linger, 0);
        cr_assert(le(u32, linger.leave_out, 1023));
    }
}

Test(linger, is_tried_each_time_once_it_was_worth_it)
{
    execz_linger linger = {.in_vain = 511, .leave_out = 0};

    cr_expect(eq(u32, looks_for(&linger, 1), 1));
    cr_expect(eq(u32, looks_for(&linger, 1), 1));
}
