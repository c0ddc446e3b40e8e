# Records what Ruby's File.fnmatch? answers, as fnmatch.json has it; it made fnmatch-extra.json:
#
#     ruby -E UTF-8:UTF-8 fnmatch-extra.rb > fnmatch-extra.json
#
# Rows that nobody has seen yet, to look for differences (src/glob/recorded.rs reads every fnmatch*.json in this folder):
#
#     ruby -E UTF-8:UTF-8 fnmatch-extra.rb 100000 SEED > fnmatch-fresh.json
require 'json'

FLAGS = File::FNM_PATHNAME | File::FNM_DOTMATCH | File::FNM_EXTGLOB

# Cases with a reason, each against each path.
PATTERNS = %w~* ** *** */ **/ */* **/** **/* ***/b *.yml **/*. **/*.yml **/.. .. a/.. a/**/ a/**/b a//b /a ./a a/ /**/a
  *\*/b **\/b \**/b a\/b a\/**/b a{/,}**/b {*,a}*/b {*}{*}{/}b a{*,}*/b **{/*,} {**/,}a {a/b,a/**/x}/b {,a}{,/}b
  {a {a,b}{ a} a,b {a,b}} {{a,b},c} {a,{b,}} {} a{} {a..c} {\,,b} {a\}} \{a,b\} {a,b\,c} {,} {,,}a
  ? ?? ??? a?b ?/? [a] [!a] [^a] [a-c] [c-a] [é-ü] [à] [!é] [a-é] [] [!] [^] []a] [!]a] [!a]] [a [a/]b a[/]b a[!b]b
  [a-] [-a] [!-a] [--a] [a--] [a-\]] [\]-a] [\!a] [a!] [a^] [\^a] [a\-c] [a-c-e] [[:alpha:]] [[a] [a\] [\a] [*] [?] [{a,b}] [{!,a}b]
  {[,x}a-c] [a{-,]}c] [a-{b,]}c] *[ a[ \ a\ \\ \a *\ **/\ \*~ + ['', ' ', 'a b', "a\nb", 'é', '\é', 'é*', '*é', '?é']
PATHS = %w~a b c x ab abc axb a/b a/a/b a/x/b a/x/y/b b/b a//b /a /b ./a a/ a/b/ / // .. a/.. ../a .a a.yml .yml a/.b/b
  - ! ^ ] [ { } * ? , é ü éa aé a/é 🦀 a,b {a {a,b} a} b} a{ a\ \ a] !a a..c b,c [a [~ + ['', ' ', 'a b', "a\nb", 'a-', 'aab']

# Parts of random patterns and paths; what is special is frequent.
PARTS = %w~a b c é / . x a b / * ** **/ /**/ ? [ ] { } , \ ! ^ - [ab] [!a] [^é] [a-c] [c-a] []a] [!] [é-ü] [/] [\]] {a,b} {,a}
  {*,a} {[,a} {/,} {**/,} {-,]} \* \? \/ \{ \, .. 🦀 .yml docker~
PATH_PARTS = %w~a b c d x / / / . - é ü 🦀 [ ] ! ^ * ? { } , \ ab docker .yml ..~

# A path that the pattern may well match.
def near(pattern)
  text = pattern.dup
  100.times { break unless text.sub!(/\{([^{}]*)\}/) { $1.split(',', -1).sample.to_s } }
  text = text.gsub('**/') { ['', 'a/', 'a/b/'].sample }.gsub(/\*+/) { ['', 'a', 'ab', 'é', '.x', 'a/b'].sample }
  text = text.gsub('?') { %w[a é x /].sample }.gsub(/\[[!^]?([^\]]*)\]/) { ($1.chars + %w[a b é]).sample }
  rand < 0.8 ? text.gsub(/\\(.)/) { $1 } : text
end

def random_rows(count, seed)
  srand(seed)
  (1..count).each_slice(6).flat_map do |slice|
    pattern = Array.new(rand(1..7)) { PARTS.sample }.join
    slice.map { [pattern, rand < 0.6 ? near(pattern) : Array.new(rand(0..6)) { PATH_PARTS.sample }.join] }
  end
end

rows = ARGV.empty? ? PATTERNS.product(PATHS) + random_rows(3_000, 1) : random_rows(ARGV[0].to_i, ARGV[1].to_i)
rows = rows.uniq.map { |pattern, path| [pattern, path, File.fnmatch?(pattern, path, FLAGS)] }
note = "What Ruby #{RUBY_VERSION}'s File.fnmatch? answers with FNM_PATHNAME|FNM_DOTMATCH|FNM_EXTGLOB; recorded by fnmatch-extra.rb."
puts JSON.generate({ note: note, columns: %w[pattern path expected], rows: rows })
