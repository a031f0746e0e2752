/* SPDX-License-Identifier: MIT */
#include <glib.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* Through GLib, because its own allocator would hide it: the preset turns that off. */
Test(proof, passes_but_reads_freed_memory)
{
    GList *volatile list = g_list_append(NULL, NULL);

    g_list_free(list);
    cr_expect(list->next == NULL);
}
