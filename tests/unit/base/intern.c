/* SPDX-License-Identifier: MIT */
#include "base/intern.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

typedef struct word {
    ez_interned interned;
    char text[16];
} word;

static atomic_uint n_words;

static void
word_free(void *self)
{
    g_free(self);
    atomic_fetch_sub(&n_words, 1);
}

static word *
word_new(ez_intern_table *table, const char *text)
{
    word *self = g_new0(word, 1);

    atomic_fetch_add(&n_words, 1);
    g_strlcpy(self->text, text, sizeof self->text);
    return (word *)ez_intern_add(table, &self->interned, self->text, strlen(text), word_free);
}

static word *
get(ez_intern_table *table, const char *text)
{
    ez_interned *found = ez_intern_find(table, text, strlen(text));

    return found != NULL ? (word *)found : word_new(table, text);
}

static void
drop(word *self)
{
    ez_interned_unref(&self->interned, word_free);
}

Test(intern, what_is_the_same_is_kept_once)
{
    ez_intern_table *table = ez_intern_table_new();
    word *one = get(table, "a longer word"), *same = get(table, "a longer word");
    word *other = get(table, "a longer wore");

    cr_expect(eq(ptr, one, same));
    cr_expect(ne(ptr, one, other));
    cr_expect(eq(uint, n_words, 2));
    drop(one);
    drop(same);
    drop(other);
    ez_intern_table_free(table);
}

Test(intern, is_forgotten_with_its_last_reference)
{
    ez_intern_table *table = ez_intern_table_new();
    word *one = get(table, "word");

    ez_interned_ref(&one->interned);
    drop(one);
    cr_expect(eq(uint, n_words, 1));
    drop(one);
    cr_expect(eq(uint, n_words, 0));
    cr_expect(eq(ptr, ez_intern_find(table, "word", 4), NULL));
    drop(get(table, "word"));
    ez_intern_table_free(table);
}

Test(intern, of_two_new_ones_of_one_key_the_first_is_kept)
{
    ez_intern_table *table = ez_intern_table_new();
    word *first = word_new(table, "word"), *second = word_new(table, "word");

    cr_expect(eq(ptr, first, second));
    cr_expect(eq(uint, n_words, 1));
    drop(first);
    drop(second);
    cr_expect(eq(uint, n_words, 0));
    ez_intern_table_free(table);
}

Test(intern, without_a_table_each_is_its_own)
{
    word *one = get(NULL, "word"), *other = get(NULL, "word");

    cr_expect(ne(ptr, one, other));
    drop(one);
    drop(other);
    cr_expect(eq(uint, n_words, 0));
    ez_interned_unref(NULL, word_free);
    ez_intern_table_free(NULL);
}

static void *
get_and_drop(void *table)
{
    static const char *const texts[] = {"a", "b", "c", "a much longer"};

    for (unsigned i = 0; i < 20000; i++) {
        word *one = get(table, texts[i % G_N_ELEMENTS(texts)]);

        cr_assert(eq(str, one->text, (char *)texts[i % G_N_ELEMENTS(texts)]));
        drop(one);
    }
    return NULL;
}

Test(intern, threads_that_come_and_go_leave_nothing_behind)
{
    ez_intern_table *table = ez_intern_table_new();
    pthread_t threads[3];

    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        cr_assert(pthread_create(&threads[i], NULL, get_and_drop, table) == 0);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        pthread_join(threads[i], NULL);
    }
    cr_expect(eq(uint, n_words, 0));
    ez_intern_table_free(table);
}
