// The drawing tool in the words of the office. What is not here is never shown: menu.js names what
// may be drawn, and leaves out the rest.
const WORDS = {
  "Activate create/remove space tool": "移出空位",
  "Activate global connect tool": "连线",
  "Activate hand tool": "移动画布",
  "Activate lasso tool": "框选",
  "Add lane above": "在上方增加泳道",
  "Add lane below": "在下方增加泳道",
  "Add text annotation": "加注释",
  "Align elements": "对齐",
  "Align elements left": "左对齐",
  "Align elements center": "水平居中",
  "Align elements right": "右对齐",
  "Align elements top": "上对齐",
  "Align elements middle": "垂直居中",
  "Align elements bottom": "下对齐",
  "Append end event": "接着画结束",
  "Append gateway": "接着画分支",
  "Append intermediate/boundary event": "接着画中间事件",
  "Append task": "接着画环节",
  "Append receive task": "接着画等待消息",
  "Append message intermediate catch event": "接着画等待消息",
  "Append timer intermediate catch event": "接着画计时",
  "Append conditional intermediate catch event": "接着画等待条件",
  "Append signal intermediate catch event": "接着画等待信号",
  "Append compensation activity": "接着画补偿",
  "Change element": "改为其他类型",
  "Connect to other element": "连到另一环节",
  "Connect using association": "连到注释",
  "Connect using data input association": "连到数据",
  Delete: "删除",
  "Distribute elements horizontally": "水平等距",
  "Distribute elements vertically": "垂直等距",
  "Divide into two lanes": "分成两条泳道",
  "Divide into three lanes": "分成三条泳道",
  "Open {element}": "打开{element}",
  "Parallel multi-instance": "同时办理多份",
  "Sequential multi-instance": "依次办理多份",
  "Toggle non-interrupting": "触发后原环节继续办理",
  "Open minimap": "显示缩略图",
  "Close minimap": "收起缩略图",
  "Search in diagram": "在图中查找",
  "flow elements must be children of pools/participants": "环节必须画在泳池里",
  "no parent for {element} in {parent}": "{element}没有可以放的位置",
  "no shape type specified": "没有指定图形",
  "out of bounds release": "拖到了画布外面",
  "element required": "没有选中图形",
  "target required": "没有目标",
};

/** The translate service of the drawing tool. */
export function translate(key, given = {}) {
  return (WORDS[key] ?? key).replace(/{([^}]+)}/g, (_, name) => given[name] ?? `{${name}}`);
}

/** What the elements are called: by BPMN type, and by the kind of an event. */
const KINDS = {
  "bpmn:Process": "流程",
  "bpmn:Collaboration": "流程图",
  "bpmn:Participant": "泳池",
  "bpmn:Lane": "泳道",
  "bpmn:Task": "环节",
  "bpmn:UserTask": "人工环节",
  "bpmn:ManualTask": "线下环节",
  "bpmn:BusinessRuleTask": "自动判定",
  "bpmn:SendTask": "发出消息",
  "bpmn:ReceiveTask": "等待消息",
  "bpmn:ServiceTask": "程序任务",
  "bpmn:ScriptTask": "脚本任务",
  "bpmn:CallActivity": "调用流程",
  "bpmn:SubProcess": "子流程",
  "bpmn:ExclusiveGateway": "择一分支",
  "bpmn:ParallelGateway": "并行分支",
  "bpmn:InclusiveGateway": "多选分支",
  "bpmn:EventBasedGateway": "等待事件的分支",
  "bpmn:ComplexGateway": "复杂分支",
  "bpmn:StartEvent": "开始",
  "bpmn:EndEvent": "结束",
  "bpmn:IntermediateCatchEvent": "中间事件",
  "bpmn:IntermediateThrowEvent": "中间事件",
  "bpmn:BoundaryEvent": "边界事件",
  "bpmn:SequenceFlow": "顺序流",
  "bpmn:MessageFlow": "消息流",
  "bpmn:Association": "注释连线",
  "bpmn:TextAnnotation": "注释",
  "bpmn:Group": "阶段",
  "bpmn:DataObjectReference": "数据",
  "bpmn:DataStoreReference": "资料库",
};
const EVENTS = {
  "bpmn:TimerEventDefinition": "计时",
  "bpmn:MessageEventDefinition": "消息",
  "bpmn:ErrorEventDefinition": "差错",
  "bpmn:EscalationEventDefinition": "上报",
  "bpmn:SignalEventDefinition": "信号",
  "bpmn:ConditionalEventDefinition": "条件",
  "bpmn:LinkEventDefinition": "接续",
  "bpmn:TerminateEventDefinition": "全部终止",
  "bpmn:CompensateEventDefinition": "补偿",
};

/** What an element is: “人工环节”, “计时边界事件”. */
export function kindOf(element) {
  const object = element.businessObject ?? element;
  const word = KINDS[object.$type] ?? "图形";
  const [event] = object.eventDefinitions ?? [];
  return event ? `${EVENTS[event.$type] ?? ""}${word}` : word;
}

/** What an element is called: its name, or what it is. */
export function labelOf(element) {
  const object = element.businessObject ?? element;
  const name = object.name ?? object.text ?? object.categoryValueRef?.value;
  return name?.trim() || `（${kindOf(element)}）`;
}
