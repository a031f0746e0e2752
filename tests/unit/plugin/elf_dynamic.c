/* SPDX-License-Identifier: MIT */
#include "plugin/elf_dynamic.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static uint8_t *
bytes_of(const char *name, size_t *size_out)
{
    g_autoptr(GBytes) bytes = fixture_bytes(name);

    *size_out = g_bytes_get_size(bytes);
    return g_memdup2(g_bytes_get_data(bytes, NULL), *size_out); /* as large as they are */
}

static ez_elf_dynamic
read_file(const uint8_t *image, size_t size)
{
    ez_elf_dynamic dynamic = {0};
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_elf_dynamic_read(image, size, &dynamic, &err), EXECZ_OK), "%s",
              err.message);
    return dynamic;
}

static void
expect_damaged(const uint8_t *image, size_t size, const char *what)
{
    g_autofree char *expected = g_strdup_printf(
        "the file is truncated or damaged: its %s is not all there; build or copy it again", what);
    ez_elf_dynamic dynamic = {0};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_elf_dynamic_read(image, size, &dynamic, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.message, expected));
}

static bool
needs(const ez_elf_dynamic *dynamic, const char *name)
{
    return g_ptr_array_find_with_equal_func(dynamic->needed, name, g_str_equal, NULL);
}

Test(elf_dynamic, a_sound_plugin_needs_the_c_library_and_asks_for_nothing_odd)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);
    g_auto(ez_elf_dynamic) dynamic = read_file(image, size);

    cr_expect(needs(&dynamic, "libc.so.6"));
    cr_expect(eq(ptr, (void *)dynamic.run_path, NULL));
    cr_expect(not(dynamic.text_relocations));
    cr_expect(not(dynamic.executable_stack));
}

Test(elf_dynamic, the_libraries_and_the_run_path_are_seen)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("run_path", &size);
    g_auto(ez_elf_dynamic) dynamic = read_file(image, size);

    cr_expect(needs(&dynamic, "libexecz_test_stray.so"));
    cr_expect(eq(str, (char *)dynamic.run_path, (char *)EXECZ_TEST_PLUGIN_DIR "/libraries"));
}

Test(elf_dynamic, an_executable_stack_is_seen)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);
    Elf64_Phdr *stack = fixture_segment(image, PT_GNU_STACK);

    stack->p_flags |= PF_X;
    {
        g_auto(ez_elf_dynamic) dynamic = read_file(image, size);

        cr_expect(dynamic.executable_stack);
    }
    stack->p_type = PT_NULL; /* what had none before there were any */
    {
        g_auto(ez_elf_dynamic) dynamic = read_file(image, size);

        cr_expect(dynamic.executable_stack);
    }
}

Test(elf_dynamic, without_a_dynamic_section_there_is_nothing_to_load)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);

    fixture_segment(image, PT_DYNAMIC)->p_type = PT_NULL;
    expect_damaged(image, size, "dynamic section");
}

Test(elf_dynamic, a_table_of_texts_that_is_not_loaded_is_damage)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);

    fixture_dynamic_entry(image, DT_STRTAB)->d_un.d_ptr = UINT64_MAX - 4;
    expect_damaged(image, size, "dynamic section");
}

Test(elf_dynamic, a_text_without_end_is_damage)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("good", &size);

    fixture_dynamic_entry(image, DT_NEEDED)->d_un.d_val = UINT64_MAX;
    expect_damaged(image, size, "dynamic section");
}

Test(elf_dynamic, whatever_is_cut_off_is_never_read)
{
    size_t size;
    g_autofree uint8_t *image = bytes_of("run_path", &size);

    for (size_t length = 0; length < size; length += 61) {
        g_autofree uint8_t *cut = g_memdup2(image, length);
        g_auto(ez_elf_dynamic) dynamic = {0};

        (void)ez_elf_dynamic_read(cut, length, &dynamic, NULL);
    }
}
