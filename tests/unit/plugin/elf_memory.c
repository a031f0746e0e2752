/* SPDX-License-Identifier: MIT */
#include "plugin/elf_memory.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static uint8_t *
bytes_of(const char *name, size_t *size_out)
{
    g_autoptr(GBytes) bytes = fixture_bytes(name);

    *size_out = g_bytes_get_size(bytes);
    return g_memdup2(g_bytes_get_data(bytes, NULL), *size_out); /* as large as they are */
}

/* Where the file changes itself when it is loaded, and to what: its first relative relocation. */
static Elf64_Rela
first_change(const ez_elf_memory *memory)
{
    Elf64_Rela change;
    ez_range table;

    cr_assert(ez_elf_memory_part(memory, ez_elf_memory_value(memory, DT_RELA),
                                 ez_elf_memory_value(memory, DT_RELASZ), &table));
    cr_assert(ez_range_fetch(table, 0, &change, sizeof change));
    return change;
}

Test(elf_memory, texts_are_found_by_their_address)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);
    ez_elf_memory memory;
    const char *found;
    uint64_t texts;

    cr_assert(ez_elf_memory_init(&memory, image, size));
    texts = ez_elf_memory_value(&memory, DT_STRTAB);
    found =
        ez_elf_memory_text(&memory, texts + fixture_dynamic_entry(image, DT_NEEDED)->d_un.d_val);
    cr_assert(found != NULL);
    cr_expect(g_str_has_prefix(found, "lib"), "%s", found);
    cr_expect(eq(ptr, (void *)ez_elf_memory_text(&memory, UINT64_MAX), NULL));
}

Test(elf_memory, a_pointer_is_what_it_will_be_when_the_file_is_loaded)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);
    ez_elf_memory memory;
    Elf64_Rela change;
    uint64_t target;

    cr_assert(ez_elf_memory_init(&memory, image, size));
    change = first_change(&memory);
    cr_assert(ez_elf_memory_pointer(&memory, change.r_offset, &target));
    cr_expect(eq(u64, target, (uint64_t)change.r_addend));
}

Test(elf_memory, what_lies_in_no_segment_is_nowhere)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);
    ez_elf_memory memory;
    uint64_t target;
    ez_range found;

    cr_assert(ez_elf_memory_init(&memory, image, size));
    cr_expect(not(ez_elf_memory_pointer(&memory, UINT64_MAX - 7, &target)));
    cr_expect(not(ez_elf_memory_part(&memory, 0, UINT64_MAX, &found)));
    cr_expect(ez_elf_memory_part(&memory, 0, SELFMAG, &found));
}

Test(elf_memory, without_a_dynamic_section_there_is_none)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);
    ez_elf_memory memory;

    fixture_segment(image, PT_DYNAMIC)->p_type = PT_NULL;
    cr_expect(not(ez_elf_memory_init(&memory, image, size)));
    cr_expect(not(ez_elf_memory_init(&memory, image, 7)));
}
