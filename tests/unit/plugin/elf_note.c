/* SPDX-License-Identifier: MIT */
#include "plugin/elf_note.h"

#include "fixture.h"
#include "plugin/file.h"

#include <execz/plugin.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <elf.h>
#include <string.h>

/* A copy that ends where its memory ends, so that the address sanitizer sees a read behind it. */
static uint8_t *
copy_of(GBytes *bytes, size_t size)
{
    return g_memdup2(g_bytes_get_data(bytes, NULL), size);
}

static Elf64_Ehdr *
header_of(uint8_t *image)
{
    return (void *)image; /* g_malloc() aligns for anything */
}

static void
expect_error(const uint8_t *image, size_t size, const char *code, const char *message)
{
    g_auto(ez_elf) elf = {0};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_elf_read(image, size, &elf, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)code));
    cr_expect(eq(str, err.message, (char *)message));
}

/* Describes these bytes as a file would be; whatever they are, the answer is usable or a refusal.
 */
static ez_plugin_file *
describe(const uint8_t *bytes, size_t size)
{
    ez_image image = {
        .path = (char *)"/x/good.so", .fd = -1, .bytes = (uint8_t *)bytes, .size = size};
    ez_plugin_file *file = ez_plugin_file_new_from_image(&image);

    if (file->refusal.status == EXECZ_OK) {
        cr_assert(ge(u32, file->n_parts, 1));
        cr_assert(ne(ptr, file->parts[0].aliases, NULL));
        cr_assert(ne(ptr, file->id, NULL));
    } else {
        cr_assert(eq(chr, file->refusal.code[0], 'P'));
        cr_assert(ne(chr, file->refusal.message[0], '\0'));
    }
    return file;
}

Test(elf_note, a_plugin_has_a_manifest_and_two_option_tables)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    g_auto(ez_elf) elf = {0};
    unsigned seen[4] = {0};

    cr_assert(eq(int,
                 ez_elf_read(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &elf, NULL),
                 EXECZ_OK));
    for (guint i = 0; i < elf.notes->len; i++) {
        seen[g_array_index(elf.notes, ez_elf_note, i).type & 3]++;
    }
    cr_expect(eq(uint, seen[EXECZ_NOTE_MANIFEST], 1));
    cr_expect(eq(uint, seen[EXECZ_NOTE_OPTIONS], 1));
    cr_expect(eq(uint, seen[EXECZ_NOTE_TASK_OPTIONS], 1));
    cr_expect(elf.has_symbols);
    cr_expect(elf.has_entry);
    cr_expect(not(elf.has_plain));
}

Test(elf_note, the_plain_form_is_seen_in_the_symbols)
{
    g_autoptr(GBytes) bytes = fixture_bytes("plain");
    g_auto(ez_elf) elf = {0};

    cr_assert(eq(int,
                 ez_elf_read(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &elf, NULL),
                 EXECZ_OK));
    cr_expect(eq(uint, elf.notes->len, 0));
    cr_expect(elf.has_plain);
    cr_expect(not(elf.has_entry));
}

Test(elf_note, a_symbol_that_is_only_used_is_not_defined)
{
    g_autoptr(GBytes) bytes = fixture_bytes("missing_entry");
    g_auto(ez_elf) elf = {0};

    cr_assert(eq(int,
                 ez_elf_read(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), &elf, NULL),
                 EXECZ_OK));
    cr_expect(elf.has_symbols);
    cr_expect(not(elf.has_entry));
}

Test(elf_note, without_section_headers_the_symbols_are_unknown_and_the_notes_are_not)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    size_t size = g_bytes_get_size(bytes);
    g_autofree uint8_t *image = copy_of(bytes, size);
    g_auto(ez_elf) elf = {0};

    header_of(image)->e_shoff = 0;
    header_of(image)->e_shnum = 0;
    cr_assert(eq(int, ez_elf_read(image, size, &elf, NULL), EXECZ_OK));
    cr_expect(eq(uint, elf.notes->len, 3));
    cr_expect(not(elf.has_symbols));
}

Test(elf_note, text_is_not_elf)
{
    expect_error((const uint8_t *)"hello", 5, "P301",
                 "it is not an ELF file, so it is no shared object; only plugins belong here");
    expect_error((const uint8_t *)"", 0, "P301",
                 "it is not an ELF file, so it is no shared object; only plugins belong here");
}

Test(elf_note, a_32_bit_file_is_refused)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    size_t size = g_bytes_get_size(bytes);
    g_autofree uint8_t *image = copy_of(bytes, size);

    image[EI_CLASS] = ELFCLASS32;
    expect_error(image, size, "P307",
                 "it is not a 64-bit file, this execz is: build it for this machine");
}

Test(elf_note, another_byte_order_is_refused)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    size_t size = g_bytes_get_size(bytes);
    g_autofree uint8_t *image = copy_of(bytes, size);

    image[EI_DATA] = image[EI_DATA] == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB;
    expect_error(image, size, "P308",
                 "its byte order is not that of this machine: build it for this one");
}

Test(elf_note, another_machine_is_named)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    size_t size = g_bytes_get_size(bytes);
    g_autofree uint8_t *image = copy_of(bytes, size);
    g_autofree char *expected = g_strdup_printf(
        "it is built for ELF machine 8, this execz for %u: build it for this machine",
        header_of(image)->e_machine);

    header_of(image)->e_machine = EM_MIPS;
    expect_error(image, size, "P302", expected);
}

Test(elf_note, an_object_file_is_no_shared_object)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    size_t size = g_bytes_get_size(bytes);
    g_autofree uint8_t *image = copy_of(bytes, size);

    header_of(image)->e_type = ET_REL;
    expect_error(image, size, "P309",
                 "it is not a shared object (ELF type 1): link it with -shared");
}

Test(elf_note, offsets_that_overflow_are_refused)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    size_t size = g_bytes_get_size(bytes);
    g_autofree uint8_t *image = copy_of(bytes, size);

    header_of(image)->e_phoff = UINT64_MAX - 8;
    expect_error(image, size, "P303",
                 "the file is truncated or damaged: its program header table is not all there; "
                 "build or copy it again");
}

/* The smallest file with a note segment, which is these bytes. */
static uint8_t *
make_file(const void *segment, size_t size, size_t *size_out)
{
    Elf64_Ehdr header = {.e_type = ET_DYN,
                         .e_phoff = sizeof header,
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = 1};
    Elf64_Phdr notes = {.p_type = PT_NOTE,
                        .p_offset = sizeof header + sizeof notes,
                        .p_filesz = size,
                        .p_align = 4};
    g_autoptr(GBytes) good = fixture_bytes("good");
    uint8_t *image = g_malloc0(sizeof header + sizeof notes + size);

    memcpy(&header, g_bytes_get_data(good, NULL), EI_NIDENT);
    header.e_machine = header_of((void *)g_bytes_get_data(good, NULL))->e_machine;
    memcpy(image, &header, sizeof header);
    memcpy(image + sizeof header, &notes, sizeof notes);
    memcpy(image + sizeof header + sizeof notes, segment, size);
    *size_out = sizeof header + sizeof notes + size;
    return image;
}

typedef struct small_note {
    uint32_t name_size, size, type;
    char name[8];
    char body[8];
} small_note;

Test(elf_note, filler_between_notes_is_skipped)
{
    struct {
        small_note first;
        uint32_t filler[5];
        small_note second;
    } segment = {{6, 4, 1, "execz", "abc"}, {0}, {6, 8, 2, "execz", "defghij"}};
    size_t size;
    g_autofree uint8_t *image = make_file(&segment, sizeof segment, &size);
    g_auto(ez_elf) elf = {0};

    cr_assert(eq(int, ez_elf_read(image, size, &elf, NULL), EXECZ_OK));
    cr_assert(eq(uint, elf.notes->len, 2));
    cr_expect(eq(u32, g_array_index(elf.notes, ez_elf_note, 1).type, 2));
    cr_expect(eq(str, (char *)g_array_index(elf.notes, ez_elf_note, 1).body, (char *)"defghij"));
}

Test(elf_note, notes_of_others_are_not_ours)
{
    small_note other = {4, 8, 1, "GNU", "1234567"};
    size_t size;
    g_autofree uint8_t *image = make_file(&other, sizeof other, &size);
    g_auto(ez_elf) elf = {0};

    cr_assert(eq(int, ez_elf_read(image, size, &elf, NULL), EXECZ_OK));
    cr_expect(eq(uint, elf.notes->len, 0));
}

Test(elf_note, a_note_that_claims_more_than_there_is_is_refused)
{
    small_note greedy[] = {{UINT32_MAX, 8, 1, "execz", ""}, {6, UINT32_MAX, 1, "execz", ""}};

    for (size_t i = 0; i < G_N_ELEMENTS(greedy); i++) {
        size_t size;
        g_autofree uint8_t *image = make_file(&greedy[i], sizeof greedy[i], &size);

        expect_error(image, size, "P320",
                     "a note in the file is malformed, or there are more than 256: build it again");
    }
}

Test(elf_note, no_truncated_plugin_is_accepted)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    size_t size = g_bytes_get_size(bytes);

    for (size_t length = 0; length < size; length += 64) {
        g_autofree uint8_t *image = copy_of(bytes, length);
        g_autoptr(ez_plugin_file) file = describe(image, length);

        cr_expect(ne(int, file->refusal.status, EXECZ_OK), "accepted with %zu of %zu bytes", length,
                  size);
    }
}

/* xorshift64 (Marsaglia 2003): the same damage in every run. */
static uint64_t
next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Where the interesting bytes are: any byte, the headers, or the notes. */
static size_t
choose_offset(uint64_t *state, size_t size, size_t notes_at)
{
    switch (next_number(state) % 3) {
    case 0:
        return next_number(state) % size;
    case 1:
        return next_number(state) % 1024;
    default:
        return notes_at + next_number(state) % 1500;
    }
}

Test(elf_note, no_damage_makes_the_reader_crash)
{
    g_autoptr(GBytes) bytes = fixture_bytes("good");
    size_t size = g_bytes_get_size(bytes);
    const char *start = g_bytes_get_data(bytes, NULL);
    const char *note = memmem(start, size, "execz\0\0", 8);
    size_t notes_at = (size_t)(note - start) - 12;
    uint64_t state = 20270101;
    unsigned refused = 0;

    cr_assert(ne(ptr, (void *)note, NULL));
    for (unsigned round = 0; round < 5000; round++) {
        g_autofree uint8_t *image = copy_of(bytes, size);
        g_autoptr(ez_plugin_file) file = NULL;

        for (unsigned n = 1 + next_number(&state) % 4; n > 0; n--) {
            image[choose_offset(&state, size, notes_at) % size] ^=
                (uint8_t)(1u << next_number(&state) % 8);
        }
        file = describe(image, size);
        refused += file->refusal.status != EXECZ_OK;
    }
    cr_expect(gt(uint, refused, 500)); /* or the damage hits nothing that is read */
}
