// The functions a FEEL editor offers while one types, in the place of a list made for another
// engine (build/pages.mjs puts this module in the place of @camunda/feel-builtins): those that the
// server knows, with a word about each. now() and today() are left out, they are refused in forms.

const FUNCTIONS = {
  "not(negand)": "取反",
  "is defined(value)": "有没有这个值",
  "count(list)": "有几项",
  "sum(list)": "求和",
  "min(list)": "最小的一项",
  "max(list)": "最大的一项",
  "mean(list)": "平均数",
  "median(list)": "中位数",
  "all(list)": "是否全部为真",
  "any(list)": "是否有一项为真",
  "list contains(list, element)": "清单里有没有这一项",
  "index of(list, match)": "在清单中的位置，从1起",
  "sublist(list, start position, length)": "清单的一段",
  "append(list, items)": "在清单后面加上",
  "concatenate(lists)": "把几个清单接起来",
  "union(list)": "合并几个清单，去掉重复",
  "distinct values(list)": "去掉重复的项",
  "flatten(list)": "把嵌套的清单摊平",
  "reverse(list)": "倒过来",
  "sort(list, precedes)": "排序",
  "remove(list, position)": "去掉一项",
  "insert before(list, position, newItem)": "插入一项",
  "string(from)": "变成文字",
  "number(from)": "变成数字",
  "string length(string)": "有几个字",
  "substring(string, start position, length)": "文字的一段，从1起",
  "substring before(string, match)": "在此之前的文字",
  "substring after(string, match)": "在此之后的文字",
  "contains(string, match)": "文字里有没有",
  "starts with(string, match)": "以此开头",
  "ends with(string, match)": "以此结尾",
  "matches(input, pattern)": "符合格式",
  "replace(input, pattern, replacement)": "替换",
  "split(string, delimiter)": "拆成清单",
  "string join(list, delimiter)": "连成文字",
  "upper case(string)": "变成大写",
  "lower case(string)": "变成小写",
  "decimal(n, scale)": "保留几位小数",
  "floor(n)": "向下取整",
  "ceiling(n)": "向上取整",
  "abs(number)": "绝对值",
  "modulo(dividend, divisor)": "余数",
  "date(from)": "日期，例如date(\"2026-02-26\")",
  "time(from)": "时间，例如time(\"08:30:00\")",
  "date and time(from)": "日期和时间",
  "duration(from)": "时长，例如duration(\"P5D\")",
  "years and months duration(from, to)": "相隔几年几个月",
  "day of week(date)": "星期几",
  "get value(context, key)": "取一组值中的一个",
  "get entries(context)": "一组值的各项",
};

export const camundaBuiltins = Object.entries(FUNCTIONS).map(([signature, info]) => {
  const [name, rest] = signature.split("(");
  const params = rest.slice(0, -1).split(", ").map((each) => ({ name: each }));
  return { name, type: "function", params, info };
});

export const feelBuiltins = camundaBuiltins;
export const camundaExtensions = [];
export const camundaReservedNameBuiltins = [];
