/* SPDX-License-Identifier: MIT */
#include "trigger/habit.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <glib.h>

static void
expect_meant(ez_field field, const char *item, const char *expected)
{
    g_autofree char *meant = ez_habit_meaning(field, item);

    cr_expect(eq(str, meant == NULL ? (char *)"nothing" : meant, (char *)expected), "%s", item);
}

Test(habit, times_of_a_clock_are_hours_and_minutes)
{
    expect_meant(EZ_FIELD_HOUR, "9pm", "hour=21");
    expect_meant(EZ_FIELD_HOUR, "12am", "hour=0");
    expect_meant(EZ_FIELD_HOUR, "12pm", "hour=12");
    expect_meant(EZ_FIELD_HOUR, "9 pm", "hour=21");
    expect_meant(EZ_FIELD_HOUR, "9p.m.", "hour=21");
    expect_meant(EZ_FIELD_HOUR, "9 a.m.", "hour=9");
    expect_meant(EZ_FIELD_HOUR, "2:30", "hour=2, minute=30");
}

Test(habit, a_weekday_with_a_number_is_a_day)
{
    expect_meant(EZ_FIELD_DAY_OF_WEEK, "mon#2", "day=\"2nd mon\"");
    expect_meant(EZ_FIELD_DAY_OF_WEEK, "fri#5", "day=\"5th fri\"");
}

Test(habit, what_is_none_means_nothing)
{
    static const struct {
        ez_field field;
        const char *item;
    } items[] = {
        {EZ_FIELD_HOUR, "13pm"},         {EZ_FIELD_HOUR, "0am"},
        {EZ_FIELD_HOUR, "9pmx"},         {EZ_FIELD_HOUR, "9p.m"},
        {EZ_FIELD_HOUR, "2:75"},         {EZ_FIELD_HOUR, "24:00"},
        {EZ_FIELD_HOUR, "2:30x"},        {EZ_FIELD_DAY_OF_WEEK, "fri#6"},
        {EZ_FIELD_DAY_OF_WEEK, "fri#0"}, {EZ_FIELD_DAY_OF_WEEK, "fri#2x"},
        {EZ_FIELD_MINUTE, "9pm"},        {EZ_FIELD_HOUR, ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(items); i++) {
        expect_meant(items[i].field, items[i].item, "nothing");
    }
}
